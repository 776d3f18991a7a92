import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { exportTree } from '#contract/archive'
import { chooseExport } from '../../actions/archive-actions.ts'
import { call } from '../../call.ts'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Checkbox, Segments } from '../../components/toggles.tsx'
import { formatBytes } from '../../model/byte-size.ts'
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

function ExportForm({ source, name }: { readonly source: string; readonly name: string }): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const scan = scanStore.useAnswer()
  const work = useWork(t('archives.export.failed'))
  const [format, setFormat] = useState<Format>('docker')
  const [imageName, setImageName] = useState('')
  const [note, setNote] = useState('')
  const [passphrase, setPassphrase] = useState('')
  const [withImage, setWithImage] = useState(true)
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set())
  const [agreed, setAgreed] = useState(false)
  useEffect(() => {
    void scanStore.ask(source)
    return scanStore.forget
  }, [source])
  const findings = scan.kind === 'ready' ? scan.value.findings : []
  const open = findings.filter(({ id }) => !dropped.has(id))
  const ready = online && scan.kind === 'ready' && (open.length === 0 || agreed) && !isTooShort(passphrase)
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
      toast.success(t('archives.export.done', words), { description: result.told.join('\n') })
    })
    if (done) closeArchive()
  }
  return (
    <>
      <div className="dialog-body archive-form">
        <Segments
          label={t('archives.export.format')}
          value={format}
          onChange={setFormat}
          options={(['docker', 'oci', 'joey'] as const).map((value) => ({
            value,
            label: t(`archives.export.formats.${value}.name`),
          }))}
        />
        <p className="section-text">{t(`archives.export.formats.${format}.text`)}</p>
        {format === 'joey' ? (
          <>
            <Checkbox showLabel label={t('archives.export.withImage')} checked={withImage} onChange={setWithImage} />
            <TextField label={t('archives.export.note')} value={note} onChange={setNote} maxLength={4096} />
            <TextField
              label={t('archives.export.passphrase')}
              hint={t('archives.export.passphraseHint')}
              problem={isTooShort(passphrase) ? t('archives.export.passphraseHint') : undefined}
              type="password"
              value={passphrase}
              onChange={setPassphrase}
            />
          </>
        ) : (
          <TextField
            label={t('archives.export.imageName')}
            placeholder={`${name}:latest`}
            value={imageName}
            onChange={setImageName}
          />
        )}
        <Findings
          scan={scan}
          dropped={dropped}
          onDrop={setDropped}
          agreed={agreed}
          onAgree={setAgreed}
          onRetry={() => void scanStore.ask(source)}
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

function isTooShort(passphrase: string): boolean {
  return passphrase !== '' && passphrase.length < 8
}
