import type { TFunction } from 'i18next'
import { ChevronDown, Layers, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { AppError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import type { Image } from '#contract/image'
import type { Sandbox } from '#contract/sandbox'
import { chooseAndImport, removeImageName } from '../../actions/image-actions.ts'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Menu } from '../../components/menu.tsx'
import { useRovingRows } from '../../components/roving-rows.ts'
import { SandboxLinks } from '../../components/sandbox-links.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import { ask, useUi } from '../../store/ui-store.ts'
import { Page } from '../shell/page.tsx'
import { MakeOffers } from './make-offers.tsx'
import { PullField } from './pull-field.tsx'
import { TaskLine } from './task-line.tsx'
import '../sandboxes/sandboxes.css'
import './images.css'
import { formatDay } from '../../model/locale.ts'

export function ImagesPage(): ReactNode {
  const { t } = useTranslation()
  return (
    <Page title={t('images.title')} search="images" tools={<ImportMenu />}>
      <PullField />
      <Tasks />
      <Offers />
      <ImagesView />
    </Page>
  )
}

function ImportMenu(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  return (
    <Menu
      trigger={
        <Button disabled={!live}>
          {t('images.import')}
          <ChevronDown aria-hidden="true" />
        </Button>
      }
      groups={[
        [
          { key: 'file', label: t('images.importFile'), onSelect: () => void chooseAndImport('archive') },
          { key: 'folder', label: t('images.importFolder'), onSelect: () => void chooseAndImport('folder') },
        ],
      ]}
    />
  )
}

const startedHere: ReadonlySet<string> = new Set(['image.pull', 'image.make', 'image.build'])

/** Who has nothing but what is built in is shown what needs no registry. */
function Offers(): ReactNode {
  const seq = useAgent((state) => state.seq)
  const images = useAgent((state) => state.images)
  const hasOwn = [...images.values()].some(({ builtIn, names }) => !builtIn && !names.includes(builderName))
  return seq === null || hasOwn ? null : <MakeOffers />
}

/** What builds run in: made by the first of them, and nothing that anybody runs. */
const builderName = 'joey-builder:latest'

function Tasks(): ReactNode {
  const { t } = useTranslation()
  const tasks = useAgent((state) => state.tasks)
  const shown = [...tasks.values()].filter(
    (task) =>
      (task.kind === 'image.import' && (!isTaskOver(task) || task.phase === 'failed')) ||
      // What went wrong with one that was started here stands at its field.
      (startedHere.has(task.kind) && !isTaskOver(task)),
  )
  if (shown.length === 0) return null
  return (
    <section className="image-tasks" aria-label={t('images.tasks')}>
      {shown.map((task) => (
        <TaskLine key={task.id} task={task} />
      ))}
    </section>
  )
}

function ImagesView(): ReactNode {
  const { t } = useTranslation()
  const { link, seq, images, sandboxes } = useAgent((state) => state)
  const search = useUi((state) => state.searches.images)
    .trim()
    .toLowerCase()
  if (seq === null && link.state === 'lost') {
    const error = new AppError(link.error)
    return (
      <div className="section">
        <ErrorNotice title={t('images.error')} error={error} onRemedy={applyRemedy} />
      </div>
    )
  }
  if (seq === null) return <Skeleton label={t('images.loading')} rows={4} rowHeight={42} />
  const picture = <Layers size={56} strokeWidth={1.25} />
  if (images.size === 0)
    return <EmptyState title={t('images.empty.title')} text={t('images.empty.text')} picture={picture} />
  const found = [...images.values()]
    .filter(({ names, digest }) => names.some((name) => name.includes(search)) || digest.includes(search))
    .sort((a, b) => (a.names[0] ?? '').localeCompare(b.names[0] ?? ''))
  if (found.length === 0) return <EmptyState title={t('images.nothingFound')} />
  return <ImageTable images={found} sandboxes={[...sandboxes.values()]} />
}

interface TableProps {
  readonly images: readonly Image[]
  readonly sandboxes: readonly Sandbox[]
}

function ImageTable({ images, sandboxes }: TableProps): ReactNode {
  const { t } = useTranslation()
  const rows = useRovingRows()
  return (
    <table className="table images-table" aria-label={t('images.title')}>
      <thead>
        <tr>
          {(['name', 'digest', 'size', 'created', 'usedBy'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`images.columns.${column}`)}
            </th>
          ))}
          <th scope="col">
            <span className="visually-hidden">{t('images.columns.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={rows}>
        {images.map((image) => (
          <ImageRow
            key={image.digest}
            image={image}
            users={sandboxes.filter(({ imageDigest }) => imageDigest === image.digest)}
          />
        ))}
      </tbody>
    </table>
  )
}

function ImageRow({ image, users }: { readonly image: Image; readonly users: readonly Sandbox[] }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const { digest, names, sizeBytes, createdAt, importedAt, builtIn } = image
  const lines = names.length > 0 ? names : [t('images.unnamed')]
  const disabledReason = !live
    ? t('shell.agent.disabled')
    : users.length > 0 && names.length === 1
      ? t('images.inUse')
      : undefined
  return (
    <tr>
      <td>
        {lines.map((name) => (
          <div key={name} className="image-name">
            {name}
            {builtIn && <span className="tag">{t('images.builtIn')}</span>}
          </div>
        ))}
      </td>
      <td>
        <span className="digest">
          <code title={digest}>{digest.slice(7, 19)}</code>
          <CopyButton text={digest} thing={t('images.digestThing')} />
        </span>
      </td>
      <td title={sizeTitle(image, t)}>{formatBytes(sizeBytes)}</td>
      <td className="uptime">{formatDay(createdAt ?? importedAt)}</td>
      <td>
        <SandboxLinks users={users} />
      </td>
      <td>
        <div className="row-actions">
          {names.map((name) => (
            <IconButton
              key={name}
              label={t('images.removeName', { name })}
              disabledReason={disabledReason}
              onClick={() => askRemove(name, t)}
            >
              <Trash2 />
            </IconButton>
          ))}
        </div>
      </td>
    </tr>
  )
}

function sizeTitle({ contentBytes, sharedBytes }: Image, t: TFunction): string {
  const size = formatBytes(contentBytes)
  if (sharedBytes === 0) return t('images.unpacked', { size })
  return t('images.unpackedShared', { size, shared: formatBytes(sharedBytes) })
}

function askRemove(name: string, t: TFunction): void {
  ask({
    title: t('images.removeTitle', { name }),
    text: t('images.removeText'),
    confirm: t('common.remove'),
    danger: true,
    onConfirm: () => void removeImageName(name, name),
  })
}
