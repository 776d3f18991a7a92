import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { useLocation } from 'wouter'
import { importBundle, type PermissionSheet } from '#contract/archive'
import { formatBytes } from '#contract/byte-size'
import { SandboxName } from '#contract/sandbox'
import { applyRemedy } from '../../actions/remedies.ts'
import { call } from '../../call.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { TextField } from '../../components/field.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Checkbox } from '../../components/toggles.tsx'
import { wordedText, wordedTexts } from '../../copy/i18n.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { closeArchive, sheetStore, useArchiveUi } from '../../store/archive-store.ts'
import { useWork } from '../snapshots/use-work.ts'
import { WorkFoot } from '../snapshots/work-foot.tsx'
import './archive.css'
import { formatMoment } from '../../model/locale.ts'

/** Shows what a bundle wants, and imports it by consent. */
export function ImportDialog(): ReactNode {
  const { t } = useTranslation()
  const { importing } = useArchiveUi()
  if (importing === null) return null
  return (
    <Dialog
      open
      size="wide"
      onOpenChange={(open) => !open && closeArchive()}
      title={t('archives.import.title', { name: importing.split('/').at(-1) ?? '' })}
      description={t('archives.import.description')}
    >
      <ReadBundle key={importing} path={importing} />
    </Dialog>
  )
}

function ReadBundle({ path }: { readonly path: string }): ReactNode {
  const { t } = useTranslation()
  const answer = sheetStore.useAnswer()
  const [passphrase, setPassphrase] = useState('')
  useEffect(() => {
    void sheetStore.load({ path, passphrase: '' })
    return sheetStore.forget
  }, [path])
  if (answer.kind === 'loading') return <Skeleton label={t('archives.import.reading')} rows={6} rowHeight={22} />
  if (answer.kind === 'ready') return <ImportForm path={path} sheet={answer.value} passphrase={passphrase} />
  return (
    <div className="dialog-body archive-form">
      <ErrorNotice title={t('archives.import.readFailed')} error={answer.error} onRemedy={applyRemedy} />
      <TextField
        label={t('archives.import.passphrase')}
        type="password"
        value={passphrase}
        onChange={setPassphrase}
        beside={
          <Button disabled={passphrase === ''} onClick={() => void sheetStore.load({ path, passphrase })}>
            {t('archives.import.decrypt')}
          </Button>
        }
      />
    </div>
  )
}

interface FormProps {
  readonly path: string
  readonly sheet: PermissionSheet
  readonly passphrase: string
}

function ImportForm({ path, sheet, passphrase }: FormProps): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const [name, setName] = useState('')
  const [start, setStart] = useState(false)
  const [agreed, setAgreed] = useState<ReadonlySet<string>>(
    new Set(sheet.requests.filter(({ isNew, possible }) => possible && !isNew).map(({ id }) => id)),
  )
  const { work, run } = useImport({ path, sheet, passphrase }, { name, start, agreed })
  const nameValid = name === '' || SandboxName.safeParse(name).success
  return (
    <>
      <div className="dialog-body archive-form">
        <SheetFacts sheet={sheet} />
        {sheet.problems.length > 0 && <Problems sheet={sheet} />}
        <Requests requests={sheet.requests} agreed={agreed} onAgree={setAgreed} />
        <TextField
          label={t('archives.import.name')}
          placeholder={sheet.name}
          problem={nameValid ? undefined : t('snapshots.panel.nameInvalid')}
          value={name}
          onChange={setName}
        />
        <Checkbox showLabel label={t('archives.import.start')} checked={start} onChange={setStart} />
      </div>
      <WorkFoot
        work={work}
        words={{
          ...{ running: t('archives.import.running'), failed: t('archives.import.failed') },
          button: t('archives.import.button'),
        }}
        disabled={!online || !nameValid || sheet.problems.length > 0}
        onClose={closeArchive}
        onRun={() => void run()}
      />
    </>
  )
}

interface Choices {
  /** Empty for the bundle's own. */
  readonly name: string
  readonly start: boolean
  /** Ids of what the person agrees to. */
  readonly agreed: ReadonlySet<string>
}

function useImport(
  { path, sheet, passphrase }: FormProps,
  { name, start, agreed }: Choices,
): { readonly work: ReturnType<typeof useWork>; readonly run: () => Promise<void> } {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const work = useWork(t('archives.import.failed'))
  const run = async (): Promise<void> => {
    const done = await work.run(async (task) => {
      const wish = { path, consent: sheet.consent, agreed: [...agreed], start, task }
      const { sandbox, messages, messagesWordings } = await call(importBundle, {
        ...wish,
        ...(name === '' ? {} : { name }),
        ...(passphrase === '' ? {} : { passphrase }),
      })
      const lines = wordedTexts(messages, messagesWordings)
      toast.success(t('archives.import.done', { name: sandbox.name }), { description: lines.join('\n') })
      navigate(`/sandboxes/${sandbox.id}`)
    })
    if (done) closeArchive()
  }
  return { work, run }
}

function Problems({ sheet }: { readonly sheet: PermissionSheet }): ReactNode {
  const { t } = useTranslation()
  return (
    <section className="findings-box" aria-label={t('archives.import.problems')}>
      <h3>{t('archives.import.problems')}</h3>
      <ul className="dialog-list">
        {wordedTexts(sheet.problems, sheet.problemsWordings).map((problem) => (
          <li key={problem} className="field-problem">
            {problem}
          </li>
        ))}
      </ul>
    </section>
  )
}

interface RequestsProps extends Pick<PermissionSheet, 'requests'> {
  readonly agreed: ReadonlySet<string>
  readonly onAgree: (ids: ReadonlySet<string>) => void
}

/** What the bundle wants from this machine, one box to tick for each. */
function Requests({ requests, agreed, onAgree }: RequestsProps): ReactNode {
  const { t } = useTranslation()
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(agreed)
    if (on) next.add(id)
    else next.delete(id)
    onAgree(next)
  }
  return (
    <section className="findings-box" aria-label={t('archives.import.wants')}>
      <h3>{t('archives.import.wants')}</h3>
      {requests.length === 0 && <p className="section-text">{t('archives.import.wantsNothing')}</p>}
      <ul className="finding-list">
        {requests.map(({ id, sentence, wording, isNew, possible, why, whyWording }) => (
          <li key={id} className="finding-item">
            <Checkbox
              label={t('archives.import.agree', { what: wordedText(sentence, wording) })}
              checked={agreed.has(id)}
              disabled={!possible}
              onChange={(on) => toggle(id, on)}
            />
            <span>{wordedText(sentence, wording)}</span>
            <span className="tag" data-new={isNew && possible}>
              {possible
                ? t(isNew ? 'archives.import.isNew' : 'archives.import.usual')
                : t('archives.import.impossible', { why: wordedText(why ?? '', whyWording) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function SheetFacts({ sheet }: { readonly sheet: PermissionSheet }): ReactNode {
  const { t } = useTranslation()
  const { name, createdAt, byVersion, fromHost, note, signature, encrypted } = sheet
  const when = formatMoment(createdAt)
  const sizes = {
    size: formatBytes(sheet.bytes),
    unpacked: formatBytes(sheet.unpackedBytes),
    free: formatBytes(sheet.freeBytes),
  }
  return (
    <div className="sheet-facts">
      <p>
        <b>{name}</b>
      </p>
      <p className="section-text">{t('archives.import.made', { when, version: byVersion, host: fromHost })}</p>
      <p className="section-text">
        {t('archives.import.size', sizes)}. {t('archives.import.snapshots', { count: sheet.snapshots.length })},{' '}
        {t('archives.import.packages', { count: sheet.packages })}
        {encrypted && `, ${t('archives.import.encrypted')}`}
      </p>
      {note !== '' && <p className="section-text">{note}</p>}
      <p className="sheet-signature" data-state={signature.state}>
        {wordedText(signature.sentence, signature.wording)}
      </p>
    </div>
  )
}
