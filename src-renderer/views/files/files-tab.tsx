import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FoundFile } from '#contract/files'
import type { Sandbox } from '#contract/sandbox'
import { Button } from '../../components/button.tsx'
import { Segments } from '../../components/toggles.tsx'
import { useAgent } from '../../store/agent-store.ts'
import { type Draft, useUnsavedOf } from '../../store/drafts-store.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import { TaskLine } from '../images/task-line.tsx'
import { Crumbs } from './crumbs.tsx'
import { FolderView, type OpenedFile } from './folder-view.tsx'
import { SearchPanel } from './search-panel.tsx'
import { SizesPanel } from './sizes-panel.tsx'
import './files.css'

type View = 'folder' | 'search' | 'sizes'

/** The files of a sandbox, running or not: browse, preview, search, measure, change. */
export function FilesTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const tree = `sandbox:${sandbox.id}`
  const [path, setPath] = useState('/')
  const [view, setView] = useState<View>('folder')
  const [against, setAgainst] = useState('')
  const [opened, setOpened] = useState<OpenedFile | null>(null)
  const openFolder = (next: string): void => {
    setPath(next)
    setView('folder')
    setOpened(null)
  }
  const openFile = (file: string, line: number | null = null): void => {
    openFolder(folderOf(file))
    setOpened({ name: file.slice(file.lastIndexOf('/') + 1), line })
  }
  const openFound = ({ path: found, entry, lineNumber }: FoundFile): void =>
    entry.kind === 'folder' ? openFolder(found) : openFile(found, lineNumber)
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
      <Unsaved
        tree={tree}
        opened={view === 'folder' && opened ? { folder: path, ...opened } : null}
        onOpen={openFile}
      />
      {view === 'folder' && (
        // What is chosen belongs to one folder, and to what it is seen as now.
        <FolderView
          key={`${path} ${against} ${sandbox.state}`}
          sandbox={sandbox}
          tree={tree}
          path={path}
          against={against}
          onAgainst={setAgainst}
          onOpen={openFolder}
          opened={opened}
          onOpened={setOpened}
        />
      )}
      {view === 'search' && <SearchPanel tree={tree} path={path} onOpen={openFound} />}
      {view === 'sizes' && <SizesPanel tree={tree} path={path} onOpen={setPath} />}
    </div>
  )
}

interface UnsavedProps {
  readonly tree: string
  readonly opened: { readonly folder: string; readonly name: string } | null
  readonly onOpen: (path: string) => void
}

/** Edits that wait while something else is looked at, and the way back to each. */
function Unsaved({ tree, opened, onOpen }: UnsavedProps): ReactNode {
  const { t } = useTranslation()
  const isShown = ({ path }: Draft): boolean =>
    opened !== null && folderOf(path) === opened.folder && path.endsWith(`/${opened.name}`)
  const waiting = useUnsavedOf(tree).filter((draft) => !isShown(draft))
  if (waiting.length === 0) return null
  return (
    <section className="files-unsaved" aria-label={t('files.unsaved.label')}>
      <span>{t('files.unsaved.text', { count: waiting.length })}</span>
      {waiting.map(({ path }) => (
        <Button key={path} size="small" onClick={() => onOpen(path)}>
          <bdi className="mono truncate">{path}</bdi>
        </Button>
      ))}
    </section>
  )
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
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
