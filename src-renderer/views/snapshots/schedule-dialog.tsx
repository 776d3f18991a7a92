import { CalendarClock } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { assertNever } from '#contract/assert-never'
import type { Sandbox } from '#contract/sandbox'
import type { Schedule } from '#contract/snapshot'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { TextField } from '../../components/field.tsx'
import { Select } from '../../components/select.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Switch } from '../../components/toggles.tsx'
import { formatMoment } from '../../model/locale.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { saveSchedule, scheduleStore } from '../../store/snapshot-stores.ts'
import { readForm, type ScheduleField, type ScheduleForm, toForm } from './schedule-form.ts'
import { useWork } from './use-work.ts'
import { WorkFoot } from './work-foot.tsx'

interface Props {
  readonly sandbox: Sandbox
  readonly onClose: () => void
}

export function ScheduleDialog({ sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.schedule.title', { name: sandbox.name })}
      description={t('snapshots.schedule.description')}
    >
      <ScheduleBody sandbox={sandbox} onClose={onClose} />
    </Dialog>
  )
}

function ScheduleBody({ sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const answer = scheduleStore.useAnswer()
  const load = (): void => void scheduleStore.load(sandbox.id)
  useEffect(() => void scheduleStore.load(sandbox.id), [sandbox.id])
  switch (answer.kind) {
    case 'loading':
      return <Skeleton label={t('snapshots.schedule.loading')} rows={5} rowHeight={28} />
    case 'error':
      return (
        <div className="dialog-body">
          <ErrorNotice
            title={t('snapshots.schedule.error')}
            error={answer.error}
            onRemedy={(remedy) => applyRemedy(remedy, load)}
          />
        </div>
      )
    case 'ready':
      return <Editor sandbox={sandbox} onClose={onClose} {...answer.value} />
    default:
      return assertNever(answer, 'schedule')
  }
}

type EditorProps = Props & { readonly schedule: Schedule | null; readonly nextAt: string | null }

function Editor({ sandbox, onClose, schedule, nextAt }: EditorProps): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const [form, setForm] = useState(() => toForm(schedule))
  const work = useWork(t('snapshots.schedule.failed'))
  const result = readForm(form)
  const problems = result.ok ? new Set<ScheduleField>() : result.problems
  const save = async (next: Schedule | null): Promise<void> => {
    const done = await work.run(async () => {
      await saveSchedule({ ref: sandbox.id, schedule: next })
      toast.success(t(next ? 'snapshots.schedule.saved' : 'snapshots.schedule.savedOff', { name: sandbox.name }))
    })
    if (done) onClose()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (result.ok && online) void save(result.schedule)
  }
  const change = (changes: Partial<ScheduleForm>): void => setForm((before) => ({ ...before, ...changes }))
  return (
    <form className="create-form" onSubmit={submit}>
      <div className="dialog-body snapshot-form">
        <p className="schedule-next">
          <CalendarClock aria-hidden="true" />
          {nextAt ? t('snapshots.schedule.next', { when: formatMoment(nextAt) }) : t('snapshots.schedule.nextNone')}
        </p>
        <When form={form} problems={problems} onChange={change} />
        <Keep form={form} problems={problems} onChange={change} />
        {result.ok && result.schedule === null && <p className="choice-text">{t('snapshots.schedule.off')}</p>}
      </div>
      <WorkFoot
        work={work}
        words={{
          ...{ running: t('common.loading'), failed: t('snapshots.schedule.failed') },
          button: t('snapshots.schedule.save'),
        }}
        disabled={!result.ok || !online}
        onClose={onClose}
        beside={
          schedule && (
            <Button
              className="schedule-off"
              kind="quiet"
              disabled={!online || work.running}
              onClick={() => void save(null)}
            >
              {t('snapshots.schedule.turnOff')}
            </Button>
          )
        }
      />
    </form>
  )
}

interface PartProps {
  readonly form: ScheduleForm
  readonly problems: ReadonlySet<ScheduleField>
  readonly onChange: (changes: Partial<ScheduleForm>) => void
}

const units = ['minutes', 'hours', 'days'] as const

function When({ form, problems, onChange }: PartProps): ReactNode {
  const { t } = useTranslation()
  return (
    <fieldset className="schedule-group">
      <legend>{t('snapshots.schedule.when')}</legend>
      <Switch
        label={t('snapshots.schedule.every')}
        checked={form.byClock}
        onChange={(byClock) => onChange({ byClock })}
      />
      {form.byClock && (
        <div className="schedule-detail">
          <TextField
            label={t('snapshots.schedule.everyField')}
            inputMode="numeric"
            value={form.every}
            onChange={(every) => onChange({ every })}
            problem={problems.has('every') ? t('snapshots.schedule.everyProblem') : undefined}
            beside={
              <Select
                label={t('snapshots.schedule.unit')}
                value={form.unit}
                onChange={(unit) => onChange({ unit })}
                options={units.map((value) => ({ value, label: t(`snapshots.schedule.units.${value}`) }))}
              />
            }
          />
        </div>
      )}
      <Switch
        label={t('snapshots.schedule.beforeStop')}
        checked={form.beforeStop}
        onChange={(beforeStop) => onChange({ beforeStop })}
      />
      <Switch
        label={t('snapshots.schedule.whenIdle')}
        checked={form.whenIdle}
        onChange={(whenIdle) => onChange({ whenIdle })}
      />
      {form.whenIdle && (
        <div className="schedule-detail">
          <TextField
            label={t('snapshots.schedule.idleField')}
            inputMode="numeric"
            value={form.idleMinutes}
            onChange={(idleMinutes) => onChange({ idleMinutes })}
            problem={problems.has('idleMinutes') ? t('snapshots.schedule.idleProblem') : undefined}
          />
        </div>
      )}
      <Switch label={t('snapshots.schedule.live')} checked={form.live} onChange={(live) => onChange({ live })} />
    </fieldset>
  )
}

function Keep({ form, problems, onChange }: PartProps): ReactNode {
  const { t } = useTranslation()
  return (
    <fieldset className="schedule-group">
      <legend>{t('snapshots.schedule.keep')}</legend>
      <p className="choice-text">{t('snapshots.schedule.keepText')}</p>
      <div className="schedule-keep">
        {(['last', 'hourly', 'daily'] as const).map((rule) => (
          <TextField
            key={rule}
            label={t(`snapshots.schedule.${rule}`)}
            inputMode="numeric"
            value={form.keep[rule]}
            onChange={(value) => onChange({ keep: { ...form.keep, [rule]: value } })}
            problem={problems.has(rule) ? t('snapshots.schedule.keepProblem') : undefined}
          />
        ))}
      </div>
    </fieldset>
  )
}
