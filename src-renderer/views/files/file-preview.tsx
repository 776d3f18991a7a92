import { Pencil, X } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { FileEntry } from '#contract/files'
import { saveText } from '../../actions/file-actions.ts'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { type Content, readContent, toHexRows } from '../../model/file-content.ts'
import { dropDraft, putDraft, useDraft } from '../../store/drafts-store.ts'
import { type FilePart, fileStore } from '../../store/files-store.ts'
import { FileEditor } from './file-editor.tsx'
import { FilePicture } from './file-picture.tsx'
import { HighlightedText } from './highlighted-text.tsx'

interface Props {
  readonly tree: string
  readonly path: string
  readonly entry: FileEntry
  readonly editable: boolean
  /** The line to show first, counted from 1. */
  readonly line: number | null
  readonly onClose: () => void
  readonly onSaved: () => void
}

/** What a file holds: text, a picture, or bytes. */
export function FilePreview({ tree, path, entry, editable, line, onClose, onSaved }: Props): ReactNode {
  const { t } = useTranslation()
  const { name, kind, target, mark } = entry
  const hasContent = kind === 'file' && mark !== 'deleted'
  useEffect(() => {
    if (hasContent) void fileStore.load({ tree, path })
    return fileStore.forget
  }, [tree, path, hasContent])
  return (
    <section className="file-preview" aria-label={t('files.preview.label', { name })}>
      <header className="file-preview-head">
        <h2 className="mono truncate" title={path}>
          <bdi>{name}</bdi>
        </h2>
        <IconButton label={t('files.preview.close')} onClick={onClose}>
          <X />
        </IconButton>
      </header>
      {mark === 'deleted' ? (
        <p className="section-text">{t('files.preview.deleted')}</p>
      ) : kind === 'link' ? (
        <p className="section-text">{t('files.preview.link', { target: target ?? '' })}</p>
      ) : hasContent ? (
        <FileContent tree={tree} path={path} name={name} editable={editable} line={line} onSaved={onSaved} />
      ) : (
        <p className="section-text">{t('files.preview.noContent')}</p>
      )}
    </section>
  )
}

interface ContentProps extends Omit<Props, 'entry' | 'onClose'> {
  readonly name: string
}

function FileContent({ tree, path, name, editable, line, onSaved }: ContentProps): ReactNode {
  const { t } = useTranslation()
  const answer = fileStore.useAnswer()
  if (answer.kind === 'error') {
    const retry = (): void => void fileStore.load({ tree, path })
    return (
      <ErrorNotice
        title={t('files.preview.error')}
        error={answer.error}
        onRemedy={(remedy) => applyRemedy(remedy, retry)}
      />
    )
  }
  if (answer.kind === 'loading' || answer.value.path !== path)
    return <Skeleton label={t('files.preview.loading')} rows={6} rowHeight={16} />
  return (
    <ReadyContent
      key={answer.value.version}
      tree={tree}
      part={answer.value}
      name={name}
      editable={editable}
      line={line}
      onSaved={onSaved}
    />
  )
}

interface ReadyProps {
  readonly tree: string
  readonly part: FilePart
  readonly name: string
  readonly editable: boolean
  readonly line: number | null
  readonly onSaved: () => void
}

/** Larger files are for an editor that does not hold them whole. */
const editableBytes = 512 * 1024

function ReadyContent({ tree, part, name, editable, line, onSaved }: ReadyProps): ReactNode {
  const { t } = useTranslation()
  const { path, bytes, size, version } = part
  const isWhole = bytes.length >= size
  const content = useMemo(() => readContent(bytes, isWhole), [bytes, isWhole])
  const [asHex, setAsHex] = useState(content.kind === 'binary')
  const draft = useDraft({ tree, path })
  const save = async (): Promise<void> => {
    if (!draft || !(await saveText(tree, { path, name, text: draft.text, version: draft.version }))) return
    dropDraft(draft)
    void fileStore.load({ tree, path }, { keep: true })
    onSaved()
  }
  const edit = (text: string): void => putDraft({ tree, path, text, original: text, version })
  if (draft) return <FileEditor name={name} draft={draft} onSave={() => void save()} />
  const canEdit = editable && isWhole && size <= editableBytes
  return (
    <>
      <div className="file-preview-bar">
        <ViewTools content={content} asHex={asHex} onHex={setAsHex} onEdit={canEdit ? edit : null} />
      </div>
      {!isWhole && (
        <p className="section-text">
          {t('files.preview.cut', { size: formatBytes(bytes.length), whole: formatBytes(size) })}
        </p>
      )}
      <Shown content={content} asHex={asHex} bytes={bytes} name={name} line={line} />
    </>
  )
}

interface ViewToolsProps {
  readonly content: Content
  readonly asHex: boolean
  readonly onHex: (asHex: boolean) => void
  /** Null where the file can't be edited. */
  readonly onEdit: ((text: string) => void) | null
}

function ViewTools({ content, asHex, onHex, onEdit }: ViewToolsProps): ReactNode {
  const { t } = useTranslation()
  const views = content.kind === 'picture' ? 'picture' : 'text'
  return (
    <>
      {content.kind !== 'binary' && (
        <Segments
          label={t('files.views.label')}
          value={asHex ? 'hex' : views}
          onChange={(value) => onHex(value === 'hex')}
          options={[
            { value: views, label: t(`files.preview.${views}`) },
            { value: 'hex', label: t('files.preview.hex') },
          ]}
        />
      )}
      {onEdit && content.kind === 'text' && !asHex && (
        <Button size="small" onClick={() => onEdit(content.text)}>
          <Pencil aria-hidden="true" />
          {t('files.preview.edit')}
        </Button>
      )}
    </>
  )
}

/** Hex of more than this is scrolled by nobody. */
const hexBytes = 64 * 1024

function Shown({
  content,
  asHex,
  bytes,
  name,
  line,
}: {
  readonly content: Content
  readonly asHex: boolean
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly name: string
  readonly line: number | null
}): ReactNode {
  const { t } = useTranslation()
  if (asHex || content.kind === 'binary') {
    return (
      <pre className="file-text" tabIndex={0} aria-label={t('files.preview.label', { name })}>
        {toHexRows(bytes.subarray(0, hexBytes))
          .map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(47)}  ${text}`)
          .join('\n')}
      </pre>
    )
  }
  if (content.kind === 'picture') return <FilePicture bytes={bytes} type={content.type} name={name} />
  return <HighlightedText name={name} text={content.text} line={line} label={t('files.preview.label', { name })} />
}
