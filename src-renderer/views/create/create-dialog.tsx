import { Dices } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { TextField } from '../../components/field.tsx'
import { Switch } from '../../components/toggles.tsx'
import { errorText } from '../../copy/i18n.ts'
import { joinShellWords, splitShellWords } from '../../model/shell-words.ts'
import { useAdvice } from '../../store/advice-store.ts'
import { loadClasses, profileOf, useClasses } from '../../store/classes-store.ts'
import { ask, openCreate, uiStore, useUi } from '../../store/ui-store.ts'
import { Advanced } from './advanced.tsx'
import { ClassNotes } from './class-notes.tsx'
import { ClassPicker } from './class-picker.tsx'
import { type Field, runsShell } from './create-form.ts'
import { FieldControls } from './field-controls.tsx'
import { ImageField } from './image-field.tsx'
import { LimitFields } from './limit-fields.tsx'
import { NetworkChoice } from './network-choice.tsx'
import { argvOf, suggestFreeName, useCreate } from './use-create.ts'
import './create.css'

export function CreateDialog(): ReactNode {
  const { t } = useTranslation()
  const open = useUi((state) => state.createOpen)
  const isEdited = useRef(false)
  const close = (): void => {
    isEdited.current = false
    uiStore.setState({ createOpen: false })
  }
  const leave = (): void => {
    if (!isEdited.current) return close()
    ask({
      title: t('create.discardTitle'),
      text: t('create.discardText'),
      confirm: t('create.discard'),
      danger: true,
      onConfirm: close,
    })
  }
  return (
    <Dialog
      size="wide"
      open={open}
      onOpenChange={(next) => (next ? openCreate() : leave())}
      title={t('create.title')}
      description={t('create.description')}
    >
      <CreateForm
        onEdited={() => {
          isEdited.current = true
        }}
        onDone={close}
        onLeave={leave}
      />
    </Dialog>
  )
}

interface FormProps {
  /** There is something to lose from now on. */
  readonly onEdited: () => void
  readonly onDone: () => void
  readonly onLeave: () => void
}

function CreateForm({ onEdited, onDone, onLeave }: FormProps): ReactNode {
  const { t } = useTranslation()
  const form = useRef<HTMLFormElement>(null)
  const creation = useCreate({ onDone, onEdited })
  const { problems, refusal, refusals, busy, change, leave, submit } = creation
  useEffect(() => {
    if (refusals > 0) showFirstProblem(form.current)
  }, [refusals])
  /** What is wrong with a field: seen here, or said by the agent. */
  const problemOf = (field: Field): string | undefined => {
    const problem = problems[field]
    if (problem) return t(`create.problems.${problem}`)
    return refusal?.field === field ? errorText(refusal.error) : undefined
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (!busy) void submit()
  }
  const onTop = refusal && (refusal.field === null || inAdvanced.has(refusal.field))
  const part = { form: creation.form, problemOf, onChange: change }
  const wrong = Object.keys(problems).length
  return (
    <form ref={form} className="create-form" noValidate onSubmit={onSubmit}>
      <div className="dialog-body create-grid">
        {onTop && <ErrorNotice error={refusal.error} onRemedy={(remedy) => applyRemedy(remedy, () => void submit())} />}
        <ImageField
          value={creation.form.image}
          problem={problemOf('image')}
          onChange={(value) => change({ image: value })}
        />
        <ProgramFields {...part} image={creation.image} />
        <ClassFields form={creation.form} onChange={change} />
        <LimitFields {...part} />
        <NetworkChoice value={creation.form.network} onChange={(network) => change({ network })} />
        <FieldControls {...part} />
        <Advanced form={creation.form} problems={problems} onChange={change} onLeave={leave} />
      </div>
      <div className="dialog-foot">
        <span className="create-wrong" role="status">
          {wrong > 0 && t('create.wrong', { count: wrong })}
        </span>
        <Button onClick={onLeave}>{t('common.cancel')}</Button>
        <Button kind="primary" type="submit" aria-disabled={busy}>
          {busy ? t('create.creating') : t('create.create')}
        </Button>
      </div>
    </form>
  )
}

/** It may lie out of sight, or in what is folded away; without it Create would seem to do nothing. */
function showFirstProblem(form: HTMLFormElement | null): void {
  const place = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"] input, .notice')
  if (!place) return
  place.focus({ preventScroll: true })
  place.scrollIntoView({ block: 'center' })
}

type Creation = ReturnType<typeof useCreate>

interface PartProps {
  readonly form: Creation['form']
  readonly problemOf: (field: Field) => string | undefined
  readonly onChange: Creation['change']
}

/** How the sandbox is called, and what runs in it. */
function ProgramFields({
  form,
  problemOf,
  onChange,
  image,
}: PartProps & { readonly image: Creation['image'] }): ReactNode {
  const { t } = useTranslation()
  const imageArgv = argvOf(image)
  return (
    <>
      <div className="create-pair">
        <TextField
          label={t('create.name')}
          hint={t('create.nameHint')}
          problem={problemOf('name')}
          value={form.name}
          onChange={(name) => onChange({ name })}
          beside={
            <IconButton kind="plain" label={t('create.suggest')} onClick={() => onChange({ name: suggestFreeName() })}>
              <Dices />
            </IconButton>
          }
        />
        <TextField
          label={t('create.command')}
          hint={
            imageArgv.length > 0
              ? t('create.commandDefault', { command: joinShellWords(imageArgv) })
              : t('create.commandHint')
          }
          problem={problemOf('command')}
          value={form.command}
          placeholder={joinShellWords(image?.config.command ?? [])}
          onChange={(command) => onChange({ command })}
        />
      </div>
      <Switch
        label={t('create.tty')}
        checked={form.tty ?? runsShell(commandWords(form.command) ?? imageArgv)}
        onChange={(tty) => onChange({ tty })}
      />
    </>
  )
}

/** The isolation class, what is measured about it, and what it can't do. */
function ClassFields({ form, onChange }: Omit<PartProps, 'problemOf'>): ReactNode {
  const { t } = useTranslation()
  const classes = useClasses()
  const advice = useAdvice()
  useEffect(() => {
    void loadClasses()
  }, [])
  return (
    <>
      <ClassPicker
        label={t('create.class')}
        value={form.class}
        classes={classes}
        recommended={advice?.recommended}
        onChange={(value) => onChange({ class: value })}
      />
      {classes.kind === 'error' && (
        <ErrorNotice error={classes.error} onRemedy={(remedy) => applyRemedy(remedy, () => void loadClasses())} />
      )}
      <ClassNotes
        profile={profileOf(classes, form.class)}
        advice={advice}
        origin={form.origin}
        onOrigin={(origin) => onChange({ origin })}
      />
    </>
  )
}

/** Fields that may be folded away, so that a refusal about them is said on top. */
const inAdvanced: ReadonlySet<Field> = new Set(['ports', 'mounts', 'env', 'grants', 'dropCapabilities'])

function commandWords(command: string): readonly string[] | null {
  const split = splitShellWords(command)
  return split.ok && split.words.length > 0 ? split.words : null
}
