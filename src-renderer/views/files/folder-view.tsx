import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileEntry } from '#contract/files'
import type { Sandbox } from '#contract/sandbox'
import { upload } from '../../actions/file-actions.ts'
import { applyRemedy } from '../../actions/remedies.ts'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { joinPath } from '../../model/file-content.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { folderStore } from '../../store/files-store.ts'
import { AgainstChoice } from './against-choice.tsx'
import { FileList } from './file-list.tsx'
import { FilePreview } from './file-preview.tsx'
import { FolderTools } from './folder-tools.tsx'
import { ModeDialog, NameDialog } from './name-dialog.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { type Folder, type FolderDialog, useFolder } from './use-folder.ts'

interface Props {
  readonly sandbox: Sandbox
  readonly tree: string
  readonly path: string
  /** A tree, or empty for the image. */
  readonly against: string
  readonly onAgainst: (tree: string) => void
  readonly onOpen: (path: string) => void
  readonly opened: OpenedFile | null
  readonly onOpened: (file: OpenedFile | null) => void
}

/** The file of this folder that is looked into. */
export interface OpenedFile {
  readonly name: string
  /** The line to show first, counted from 1. */
  readonly line: number | null
}

/** One folder: its files, what can be done with them, and the one that is looked into. */
export function FolderView(props: Props): ReactNode {
  const { sandbox, tree, path, against, onAgainst, onOpen, opened, onOpened } = props
  const { t } = useTranslation()
  const live = useIsLive()
  const folder = useFolder({ tree, path, against })
  const [dialog, setDialog] = useState<FolderDialog | null>(null)
  const { dropping, targets } = useFileDrop((sources) => folder.after(upload(sources, { tree, target: path })))
  const open = (entry: FileEntry): void => {
    if (entry.kind === 'folder' && entry.mark !== 'deleted') onOpen(joinPath(path, entry.name))
    else onOpened({ name: entry.name, line: null })
  }
  const shown = folder.entries.find(({ name }) => name === opened?.name)
  return (
    <>
      <div className="files-tools">
        <FolderTools folder={folder} live={live} onDialog={setDialog} />
        <AgainstChoice sandbox={sandbox} value={against} onChange={onAgainst} onRefresh={folder.refresh} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping has a button of its own beside it */}
      <div className="files-body" data-dropping={dropping} {...targets}>
        <FolderContent folder={folder} onOpen={open} onUp={() => onOpen(path.slice(0, path.lastIndexOf('/')) || '/')} />
        {shown && (
          <FilePreview
            tree={tree}
            path={joinPath(path, shown.name)}
            entry={shown}
            editable={live}
            line={opened?.line ?? null}
            onClose={() => onOpened(null)}
            onSaved={folder.refresh}
          />
        )}
        {dropping && <div className="files-drop">{t('files.drop', { path })}</div>}
      </div>
      <p className="files-foot">
        {t('files.count', { count: folder.entries.length })}
        {sandbox.spec.mounts.length > 0 && ` ${t('files.mounts')}`}
      </p>
      {dialog && (
        <OpenDialog
          folder={folder}
          dialog={dialog}
          onClose={() => setDialog(null)}
          onMade={(name) => onOpened({ name, line: null })}
        />
      )}
    </>
  )
}

interface ContentProps {
  readonly folder: Folder
  readonly onOpen: (entry: FileEntry) => void
  readonly onUp: () => void
}

function FolderContent({ folder, onOpen, onUp }: ContentProps): ReactNode {
  const { t } = useTranslation()
  const answer = folderStore.useAnswer()
  const { path, entries, selected, select, read, askDelete } = folder
  if (answer.kind === 'error')
    return (
      <div className="section">
        <ErrorNotice title={t('files.error')} error={answer.error} onRemedy={(remedy) => applyRemedy(remedy, read)} />
      </div>
    )
  if (answer.kind === 'loading') return <Skeleton label={t('files.loading')} rows={8} rowHeight={22} />
  if (entries.length === 0) return <p className="section section-text">{t('files.empty')}</p>
  return (
    <FileList
      label={t('files.label', { name: path })}
      entries={entries}
      selected={selected}
      onSelect={select}
      onOpen={onOpen}
      onDelete={askDelete}
      onUp={onUp}
    />
  )
}

interface DialogProps {
  readonly folder: Folder
  readonly dialog: FolderDialog
  readonly onClose: () => void
  /** A file was made, and is what the person wants to go on with. */
  readonly onMade: (name: string) => void
}

function OpenDialog({ folder, dialog, onClose, onMade }: DialogProps): ReactNode {
  const { tree, path, refresh } = folder
  const done = (name: string): void => {
    refresh()
    if (dialog.kind === 'file') onMade(name)
  }
  if (dialog.kind !== 'mode') return <NameDialog wish={dialog} tree={tree} onClose={onClose} onDone={done} />
  const { entry } = dialog
  return <ModeDialog tree={tree} path={joinPath(path, entry.name)} entry={entry} onClose={onClose} onDone={refresh} />
}
