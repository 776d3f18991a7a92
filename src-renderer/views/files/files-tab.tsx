import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { Segments } from '../../components/toggles.tsx'
import { useAgent } from '../../store/agent-store.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import { TaskLine } from '../images/task-line.tsx'
import { Crumbs } from './crumbs.tsx'
import { FolderView } from './folder-view.tsx'
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
