import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import type { Sandbox } from '#contract/sandbox'
import { createSnapshot, SnapshotName } from '#contract/snapshot'
import { call } from '../../call.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Field, TextField } from '../../components/field.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { formatMilliseconds } from '../../model/estimate.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { loadClasses, profileOf, useClasses } from '../../store/classes-store.ts'
import { snapshotsOf } from '../../store/snapshot-slice.ts'
import { liveAbility } from './live-ability.ts'
import { LiveChoice } from './live-choice.tsx'
import { useWork } from './use-work.ts'
import { WorkFoot } from './work-foot.tsx'

interface Props {
  readonly sandbox: Sandbox
  readonly onClose: () => void
}

export function TakeDialog({ sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.take.title', { name: sandbox.name })}
      description={t('snapshots.take.description')}
    >
      <TakeForm sandbox={sandbox} onClose={onClose} />
    </Dialog>
  )
}

function TakeForm({ sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const all = useAgent(({ snapshots }) => snapshots)
  const profile = profileOf(useClasses(), sandbox.class)
  const ability = liveAbility(sandbox, profile)
  const [name, setName] = useState('')
  const [note, setNote] = useState('')
  const [wished, setWished] = useState(true)
  const { work, take } = useTake(sandbox)
  useEffect(() => void loadClasses(), [])
  const problem = nameProblem(name.trim(), new Set(snapshotsOf(all, sandbox.id).map((each) => each.name)))
  const diskLimit = profile?.limitations.find(({ feature }) => feature === 'diskSnapshot')
  const diskNot = diskLimit && wordedText(diskLimit.reason, diskLimit.wording)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (problem || !online) return
    if (await take({ name: name.trim(), note: note.trim(), live: ability.kind === 'can' && wished })) onClose()
  }
  return (
    <form className="create-form" onSubmit={(event) => void submit(event)}>
      <div className="dialog-body snapshot-form">
        <TextField
          label={t('snapshots.take.name')}
          placeholder={t('snapshots.take.namePlaceholder')}
          hint={t('snapshots.take.nameHint')}
          problem={problem ? t(problem) : undefined}
          value={name}
          onChange={setName}
        />
        <NoteField value={note} onChange={setNote} />
        <LiveChoice
          label={t('snapshots.take.live')}
          text={t('snapshots.take.liveText')}
          ability={ability}
          checked={wished}
          onChange={setWished}
        />
        {diskNot && <p className="field-problem">{t('snapshots.take.diskNot', { reason: diskNot })}</p>}
      </div>
      <WorkFoot
        work={work}
        words={{
          ...{ running: t('snapshots.take.running'), failed: t('snapshots.take.failed') },
          button: t('snapshots.take.button'),
        }}
        disabled={problem !== null || !online || diskNot !== undefined}
        onClose={onClose}
      />
    </form>
  )
}

interface Wish {
  /** Empty for a name by the agent. */
  readonly name: string
  readonly note: string
  readonly live: boolean
}

interface Taking {
  readonly work: ReturnType<typeof useWork>
  /** Whether the snapshot was taken. */
  readonly take: (wish: Wish) => Promise<boolean>
}

function useTake(sandbox: Sandbox): Taking {
  const { t } = useTranslation()
  const work = useWork(t('snapshots.take.failed'))
  const take = ({ name, note, live }: Wish): Promise<boolean> =>
    work.run(async (task) => {
      const made = await call(createSnapshot, { ref: sandbox.id, note, live, task, ...(name ? { name } : {}) })
      const pause = { duration: formatMilliseconds(made.pauseMs, t) }
      toast.success(t('snapshots.take.done', { name: made.name }), {
        ...(made.pauseMs > 0 ? { description: t('snapshots.take.donePause', pause) } : {}),
      })
    })
  return { work, take }
}

interface NoteProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

function NoteField({ value, onChange }: NoteProps): ReactNode {
  const { t } = useTranslation()
  return (
    <Field label={t('snapshots.take.note')}>
      {({ id }) => (
        <textarea
          id={id}
          className="input note-input"
          rows={3}
          maxLength={4096}
          placeholder={t('snapshots.take.notePlaceholder')}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

function nameProblem(
  name: string,
  taken: ReadonlySet<string>,
): 'snapshots.panel.nameInvalid' | 'snapshots.take.nameTaken' | null {
  if (name === '') return null
  if (!SnapshotName.safeParse(name).success) return 'snapshots.panel.nameInvalid'
  return taken.has(name) ? 'snapshots.take.nameTaken' : null
}
