import { Download, FilePlus, FolderPlus, RefreshCw, Trash2, Upload } from 'lucide-react'
import { type DragEvent, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileEntry } from '#contract/files'
import type { Sandbox } from '#contract/sandbox'
import { change, chooseAndUpload, download, upload } from '../../actions/file-actions.ts'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Menu } from '../../components/menu.tsx'
import { Select } from '../../components/select.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { joinPath } from '../../model/file-content.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { folderStore } from '../../store/files-store.ts'
import { snapshotsOf } from '../../store/snapshot-slice.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import { ask } from '../../store/ui-store.ts'
import { TaskLine } from '../images/task-line.tsx'
import { Crumbs } from './crumbs.tsx'
import { FileList } from './file-list.tsx'
import { FilePreview } from './file-preview.tsx'
import { ModeDialog, NameDialog, type NameWish } from './name-dialog.tsx'
import { SearchPanel } from './search-panel.tsx'
import { SizesPanel } from './sizes-panel.tsx'
import './files.css'

type View = 'folder' | 'search' | 'sizes'

/** The files of a sandbox, running or not: browse, look, search, measure, change. */
export function FilesTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const tree = `sandbox:${sandbox.id}`
  const [path, setPath] = useState('/')
  const [view, setView] = useState<View>('folder')
  const [against, setAgainst] = useState('')
  const openFolder = (next: string): void => {
    setPath(next)
    setView('folder')
  }
  return (
    <div className="files">
      <div className="files-bar">
        <Crumbs path={path} onOpen={openFolder} />
        <Segments
          label={t('files.views.label')}
          value={view}
          onChange={setView}
          options={(['folder', 'search', 'sizes'] as const).map((value) => ({
            value,
            label: t(`files.views.${value}`),
          }))}
        />
      </div>
      <FileTasks name={sandbox.name} />
      {view === 'folder' && (
        // What is chosen and shown belongs to one folder, and to what it is seen as now.
        <FolderView
          key={`${path} ${against} ${sandbox.state}`}
          sandbox={sandbox}
          tree={tree}
          path={path}
          against={against}
          onAgainst={setAgainst}
          onOpen={openFolder}
        />
      )}
      {view === 'search' && <SearchPanel tree={tree} path={path} onOpen={openFolder} />}
      {view === 'sizes' && <SizesPanel tree={tree} path={path} onOpen={setPath} />}
    </div>
  )
}

function FileTasks({ name }: { readonly name: string }): ReactNode {
  const tasks = useAgent((state) => state.tasks)
  const shown = [...tasks.values()].filter((task) => task.kind.startsWith('files.') && !isTaskOver(task))
  if (shown.length === 0) return null
  return (
    <section className="image-tasks" aria-label={name}>
      {shown.map((task) => (
        <TaskLine key={task.id} task={task} />
      ))}
    </section>
  )
}

interface FolderProps {
  readonly sandbox: Sandbox
  readonly tree: string
  readonly path: string
  /** A tree, or empty for the image. */
  readonly against: string
  readonly onAgainst: (tree: string) => void
  readonly onOpen: (path: string) => void
}

type Asking = { readonly kind: 'mode'; readonly entry: FileEntry } | NameWish | null

function FolderView({ sandbox, tree, path, against, onAgainst, onOpen }: FolderProps): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const answer = folderStore.useAnswer()
  const snapshots = useAgent((state) => state.snapshots)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<FileEntry | null>(null)
  const [asking, setAsking] = useState<Asking>(null)
  const [dropping, setDropping] = useState(false)
  const query = { tree, path, against: against === '' ? undefined : against }
  const read = (keep: boolean): void => void folderStore.ask(query, { keep })
  useEffect(() => {
    void folderStore.ask({ tree, path, against: against === '' ? undefined : against })
  }, [tree, path, against])

  const entries = answer.kind === 'ready' && answer.value.path === path ? answer.value.entries : []
  const chosen = entries.filter(({ name, mark }) => selected.has(name) && mark !== 'deleted')
  const [one] = chosen
  const alone = chosen.length === 1 ? one : undefined
  const paths = chosen.map(({ name }) => joinPath(path, name))
  const open = (entry: FileEntry): void => {
    if (entry.kind === 'folder' && entry.mark !== 'deleted') onOpen(joinPath(path, entry.name))
    else setOpened(entry)
  }
  const after = async (work: Promise<unknown>): Promise<void> => {
    await work
    read(true)
  }
  const askDelete = (): void =>
    ask({
      title: t('files.removeTitle', { count: paths.length }),
      text: t('files.removeText'),
      list: paths.slice(0, 20),
      confirm: t('files.remove').replace('…', ''),
      danger: true,
      onConfirm: () => void after(change(tree, { kind: 'delete', paths })),
    })
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setDropping(false)
    const sources = [...event.dataTransfer.files].map((file) => window.joey.pathOf(file)).filter((each) => each !== '')
    if (sources.length > 0) void after(upload(sources, { tree, target: path }))
  }
  return (
    <>
      <div className="files-tools">
        <Menu
          align="start"
          trigger={
            <Button size="small" disabled={!live}>
              <Upload aria-hidden="true" />
              {t('files.upload')}
            </Button>
          }
          groups={[
            (['files', 'folders'] as const).map((kind) => ({
              key: kind,
              label: t(kind === 'files' ? 'files.uploadFiles' : 'files.uploadFolders'),
              onSelect: () => void after(chooseAndUpload(kind, { tree, target: path })),
            })),
          ]}
        />
        <Button size="small" disabled={!live || chosen.length === 0} onClick={() => void download(tree, paths)}>
          <Download aria-hidden="true" />
          {t('files.download')}
        </Button>
        <Button size="small" disabled={!live} onClick={() => setAsking({ kind: 'folder', path })}>
          <FolderPlus aria-hidden="true" />
          {t('files.newFolder')}
        </Button>
        <Button size="small" disabled={!live} onClick={() => setAsking({ kind: 'file', path })}>
          <FilePlus aria-hidden="true" />
          {t('files.newFile')}
        </Button>
        <Button
          size="small"
          disabled={!live || !alone}
          onClick={() => alone && setAsking({ kind: 'move', path, name: alone.name })}
        >
          {t('files.rename')}
        </Button>
        <Button
          size="small"
          disabled={!live || !alone}
          onClick={() => alone && setAsking({ kind: 'mode', entry: alone })}
        >
          {t('files.mode')}
        </Button>
        <Button size="small" disabled={!live || chosen.length === 0} onClick={askDelete}>
          <Trash2 aria-hidden="true" />
          {t('files.remove')}
        </Button>
        <span className="files-against">
          <Select
            label={t('files.against')}
            value={against}
            onChange={onAgainst}
            options={[
              { value: '', label: `${t('files.against')}: ${t('files.againstImage')}` },
              ...snapshotsOf(snapshots, sandbox.id).map(({ id, name }) => ({
                value: `snapshot:${id}`,
                label: `${t('files.against')}: ${name}`,
              })),
            ]}
          />
          <IconButton label={t('files.refresh')} onClick={() => read(true)}>
            <RefreshCw />
          </IconButton>
        </span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping has a button of its own beside it */}
      <div
        className="files-body"
        data-dropping={dropping}
        onDragOver={(event) => {
          event.preventDefault()
          setDropping(true)
        }}
        onDragLeave={() => setDropping(false)}
        onDrop={onDrop}
      >
        {answer.kind === 'error' ? (
          <div className="section">
            <ErrorNotice
              title={t('files.error')}
              error={answer.error}
              onRemedy={(remedy) => applyRemedy(remedy, () => read(false))}
            />
          </div>
        ) : answer.kind === 'loading' ? (
          <Skeleton label={t('files.loading')} rows={8} rowHeight={22} />
        ) : entries.length === 0 ? (
          <p className="section section-text">{t('files.empty')}</p>
        ) : (
          <FileList
            label={t('files.label', { name: path })}
            entries={entries}
            selected={selected}
            onSelect={setSelected}
            onOpen={open}
            onDelete={askDelete}
            onUp={() => onOpen(path.slice(0, path.lastIndexOf('/')) || '/')}
          />
        )}
        {opened && (
          <FilePreview
            tree={tree}
            path={joinPath(path, opened.name)}
            entry={opened}
            editable={live}
            onClose={() => setOpened(null)}
            onSaved={() => read(true)}
          />
        )}
        {dropping && <div className="files-drop">{t('files.drop', { path })}</div>}
      </div>
      <p className="files-foot">
        {t('files.count', { count: entries.length })}
        {sandbox.spec.mounts.length > 0 && ` ${t('files.mounts')}`}
      </p>
      {asking && asking.kind !== 'mode' && (
        <NameDialog wish={asking} tree={tree} onClose={() => setAsking(null)} onDone={() => read(true)} />
      )}
      {asking?.kind === 'mode' && (
        <ModeDialog
          tree={tree}
          path={joinPath(path, asking.entry.name)}
          entry={asking.entry}
          onClose={() => setAsking(null)}
          onDone={() => read(true)}
        />
      )}
    </>
  )
}
