import type { TFunction } from 'i18next'
import { HardDrive, Trash2 } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { AppError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import type { Volume } from '#contract/volume'
import { applyRemedy } from '../../actions/remedies.ts'
import { removeVolumeForGood } from '../../actions/volume-actions.ts'
import { IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { useRovingRows } from '../../components/roving-rows.ts'
import { SandboxLinks } from '../../components/sandbox-links.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { ask, useUi } from '../../store/ui-store.ts'
import { volumeSizesStore } from '../../store/volume-stores.ts'
import { Page } from '../shell/page.tsx'
import { CreateVolume } from './create-volume.tsx'
import '../sandboxes/sandboxes.css'
import '../images/images.css'
import './volumes.css'
import { formatDay } from '../../model/locale.ts'

/** Volumes, what they take on disk, and who uses them. */
export function VolumesPage(): ReactNode {
  const { t } = useTranslation()
  return (
    <Page title={t('volumes.title')} search="volumes">
      <CreateVolume />
      <VolumesView />
    </Page>
  )
}

function VolumesView(): ReactNode {
  const { t } = useTranslation()
  const { link, seq, volumes, sandboxes } = useAgent((state) => state)
  const search = useUi((state) => state.searches.volumes)
    .trim()
    .toLowerCase()
  const live = useIsLive()
  useEffect(() => {
    if (live && volumes.size > 0) void volumeSizesStore.load(null, { keep: true })
  }, [live, volumes])
  if (seq === null && link.state === 'lost') {
    const error = new AppError(link.error)
    return (
      <div className="section">
        <ErrorNotice title={t('volumes.error')} error={error} onRemedy={applyRemedy} />
      </div>
    )
  }
  if (seq === null) return <Skeleton label={t('volumes.loading')} rows={4} rowHeight={42} />
  const picture = <HardDrive size={56} strokeWidth={1.25} />
  if (volumes.size === 0)
    return <EmptyState title={t('volumes.empty.title')} text={t('volumes.empty.text')} picture={picture} />
  const found = [...volumes.values()]
    .filter(({ name }) => name.toLowerCase().includes(search))
    .sort((a, b) => Number(a.anonymous) - Number(b.anonymous) || a.name.localeCompare(b.name))
  if (found.length === 0) return <EmptyState title={t('volumes.nothingFound')} />
  return <VolumeTable volumes={found} sandboxes={[...sandboxes.values()]} />
}

interface TableProps {
  readonly volumes: readonly Volume[]
  readonly sandboxes: readonly Sandbox[]
}

function VolumeTable({ volumes, sandboxes }: TableProps): ReactNode {
  const { t } = useTranslation()
  const rows = useRovingRows()
  return (
    <table className="table volumes-table" aria-label={t('volumes.title')}>
      <thead>
        <tr>
          {(['name', 'size', 'created', 'usedBy'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`volumes.columns.${column}`)}
            </th>
          ))}
          <th scope="col">
            <span className="visually-hidden">{t('volumes.columns.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={rows}>
        {volumes.map((volume) => (
          <VolumeRow key={volume.name} volume={volume} users={sandboxes.filter((each) => uses(each, volume))} />
        ))}
      </tbody>
    </table>
  )
}

function uses({ spec }: Sandbox, { name }: Volume): boolean {
  return spec.volumes.some(({ volume }) => volume === name)
}

function VolumeRow({ volume, users }: { readonly volume: Volume; readonly users: readonly Sandbox[] }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const sizes = volumeSizesStore.useAnswer()
  const size = sizes.kind === 'ready' ? sizes.value.get(volume.name) : undefined
  const { name, anonymous, createdAt } = volume
  // The whole name of one that belongs to a sandbox says nothing to anybody.
  const shown = anonymous ? `${name.slice(0, 12)}…` : name
  const disabledReason = !live ? t('shell.agent.disabled') : users.length > 0 ? t('volumes.inUse') : undefined
  return (
    <tr>
      <td>
        <div className="image-name">
          <span className="volume-name" title={name}>
            {shown}
          </span>
          {anonymous && <span className="tag">{t('volumes.own')}</span>}
        </div>
      </td>
      <td>{size === undefined ? '…' : formatBytes(size)}</td>
      <td className="uptime">{formatDay(createdAt)}</td>
      <td>
        <SandboxLinks users={users} />
      </td>
      <td>
        <div className="row-actions">
          <IconButton
            label={t('volumes.remove', { name: shown })}
            disabledReason={disabledReason}
            onClick={() => askRemove({ name, shown, size }, t)}
          >
            <Trash2 />
          </IconButton>
        </div>
      </td>
    </tr>
  )
}

interface Removal {
  readonly name: string
  readonly shown: string
  readonly size: number | undefined
}

function askRemove({ name, shown, size }: Removal, t: TFunction): void {
  ask({
    title: t('volumes.removeTitle', { name: shown }),
    text: size === undefined ? t('volumes.removeTextUnmeasured') : t('volumes.removeText', { size: formatBytes(size) }),
    confirm: t('common.remove'),
    danger: true,
    onConfirm: () => void removeVolumeForGood(name, shown),
  })
}
