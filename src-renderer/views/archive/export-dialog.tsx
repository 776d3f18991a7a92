import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { exportTree } from '#contract/archive'
import { formatBytes } from '#contract/byte-size'
import { chooseExport } from '../../actions/archive-actions.ts'
import { call } from '../../call.ts'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Checkbox, Segments } from '../../components/toggles.tsx'
import { wordedTexts } from '../../copy/i18n.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { closeArchive, scanStore, useArchiveUi } from '../../store/archive-store.ts'
import { useWork } from '../snapshots/use-work.ts'
import { WorkFoot } from '../snapshots/work-foot.tsx'
import { Findings } from './findings.tsx'
import './archive.css'

type Format = 'docker' | 'oci' | 'joey'

/** Exports a sandbox or snapshot, after showing what would leave that perhaps should not. */
export function ExportDialog(): ReactNode {
  const { t } = useTranslation()
  const { exporting } = useArchiveUi()
  if (!exporting) return null
  return (
    <Dialog
      open
      size="wide"
      onOpenChange={(open) => !open && closeArchive()}
      title={t('archives.export.title', { name: exporting.name })}
      description={t('archives.export.description')}
    >
      <ExportForm key={exporting.source} {...exporting} />
    </Dialog>
  )
}

interface Choices {
  readonly format: Format
  readonly imageName: string
  readonly note: string
  readonly passphrase: string
  readonly withImage: boolean
}

const firstChoices: Choices = { format: 'docker', imageName: '', note: '', passphrase: '', withImage: true }

interface SourceProps {
  readonly source: string
  readonly name: string
}

function ExportForm({ source, name }: SourceProps): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const scan = scanStore.useAnswer()
  const [choices, setChoices] = useState(firstChoices)
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set())
  const [agreed, setAgreed] = useState(false)
  const { work, run } = useExport({ source, name }, choices, { dropped, agreed })
  useEffect(() => {
    void scanStore.load(source)
    return scanStore.forget
  }, [source])
  const findings = scan.kind === 'ready' ? scan.value.findings : []
  const open = findings.filter(({ id }) => !dropped.has(id))
  const ready = online && scan.kind === 'ready' && (open.length === 0 || agreed) && !isTooShort(choices.passphrase)
  return (
    <>
      <div className="dialog-body archive-form">
        <FormatFields name={name} choices={choices} onChange={(some) => setChoices({ ...choices, ...some })} />
        <Findings
          scan={scan}
          dropped={dropped}
          onDrop={setDropped}
          agreed={agreed}
          onAgree={setAgreed}
          onRetry={() => void scanStore.load(source)}
        />
      </div>
      <WorkFoot
        work={work}
        words={{
          ...{ running: t('archives.export.running'), failed: t('archives.export.failed') },
          button: t('archives.export.button'),
        }}
        disabled={!ready}
        onClose={closeArchive}
        onRun={() => void run()}
      />
    </>
  )
}

interface Consent {
  /** Findings that are left out. */
  readonly dropped: ReadonlySet<string>
  /** Whether the other findings may leave. */
  readonly agreed: boolean
}

function useExport(
  { source, name }: SourceProps,
  { format, imageName, note, passphrase, withImage }: Choices,
  { dropped, agreed }: Consent,
): { readonly work: ReturnType<typeof useWork>; readonly run: () => Promise<void> } {
  const { t } = useTranslation()
  const work = useWork(t('archives.export.failed'))
  const run = async (): Promise<void> => {
    const output = await chooseExport(name, format)
    if (output === null) return
    const bundle = { image: withImage, note, ...(passphrase === '' ? {} : { passphrase }) }
    const done = await work.run(async (task) => {
      const result = await call(exportTree, {
        ...{ source, format, output, task, replace: true, withSecrets: agreed, drop: [...dropped] },
        ...(imageName.trim() === '' ? {} : { name: imageName.trim() }),
        ...(format === 'joey' ? { bundle } : {}),
      })
      const words = { path: result.output, size: formatBytes(result.bytes) }
      const messages = wordedTexts(result.messages, result.messagesWordings)
      toast.success(t('archives.export.done', words), { description: messages.join('\n') })
    })
    if (done) closeArchive()
  }
  return { work, run }
}

interface FormatProps {
  readonly name: string
  readonly choices: Choices
  readonly onChange: (some: Partial<Choices>) => void
}

function FormatFields({ name, choices, onChange }: FormatProps): ReactNode {
  const { t } = useTranslation()
  const { format, imageName } = choices
  return (
    <>
      <Segments
        label={t('archives.export.format')}
        value={format}
        onChange={(value) => onChange({ format: value })}
        options={(['docker', 'oci', 'joey'] as const).map((value) => ({
          value,
          label: t(`archives.export.formats.${value}.name`),
        }))}
      />
      <p className="section-text">{t(`archives.export.formats.${format}.text`)}</p>
      {format === 'joey' ? (
        <BundleFields choices={choices} onChange={onChange} />
      ) : (
        <TextField
          label={t('archives.export.imageName')}
          placeholder={`${name}:latest`}
          value={imageName}
          onChange={(value) => onChange({ imageName: value })}
        />
      )}
    </>
  )
}

function BundleFields({ choices, onChange }: Omit<FormatProps, 'name'>): ReactNode {
  const { t } = useTranslation()
  const { withImage, note, passphrase } = choices
  return (
    <>
      <Checkbox
        showLabel
        label={t('archives.export.withImage')}
        checked={withImage}
        onChange={(checked) => onChange({ withImage: checked })}
      />
      <TextField
        label={t('archives.export.note')}
        value={note}
        onChange={(value) => onChange({ note: value })}
        maxLength={4096}
      />
      <TextField
        label={t('archives.export.passphrase')}
        hint={t('archives.export.passphraseHint')}
        problem={isTooShort(passphrase) ? t('archives.export.passphraseHint') : undefined}
        type="password"
        value={passphrase}
        onChange={(value) => onChange({ passphrase: value })}
      />
    </>
  )
}

function isTooShort(passphrase: string): boolean {
  return passphrase !== '' && passphrase.length < 8
}
