import { CircleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { formatBytes } from '#contract/byte-size'
import type { Snapshot, SnapshotUsage } from '#contract/snapshot'
import { Button, IconButton } from '../../components/button.tsx'
import { ClassBadge } from '../../components/class-badge.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { formatMilliseconds } from '../../model/estimate.ts'
import { useAgent } from '../../store/agent-store.ts'
import { NoteEditor, SnapshotTitle } from './snapshot-edit.tsx'
import '../isolation/node/panel.css'
import { formatMoment } from '../../model/locale.ts'

interface Props {
  readonly snapshot: Snapshot
  readonly usage: SnapshotUsage | undefined
  readonly actions: readonly (readonly MenuItem[])[]
  readonly onClose: () => void
}

/** Everything about one snapshot, and what can be done with it. */
export function SnapshotPanel({ snapshot, usage, actions, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const { name, problem, problemWording, live } = snapshot
  return (
    <aside className="panel snapshot-panel" aria-label={t('snapshots.panel.label', { name })}>
      <header className="panel-head">
        <SnapshotTitle key={snapshot.id} snapshot={snapshot} />
        <IconButton size="small" label={t('snapshots.panel.close')} onClick={onClose}>
          <X />
        </IconButton>
      </header>
      {problem && (
        <section className="notice" role="alert">
          <CircleAlert aria-hidden="true" />
          <div className="notice-body">
            <p className="notice-title">{t('snapshots.panel.damaged')}</p>
            <p>{wordedText(problem, problemWording)}</p>
          </div>
        </section>
      )}
      <PanelActions actions={actions} />
      <NoteEditor key={`note ${snapshot.id}`} snapshot={snapshot} />
      <Facts snapshot={snapshot} usage={usage} />
      {live?.unusable && <p className="panel-note">{t('snapshots.panel.unusable', { reason: live.unusable })}</p>}
      {usage && usage.dependents.length > 0 && (
        <section className="panel-section">
          <h3>{t('snapshots.panel.dependents')}</h3>
          <ul className="panel-tags">
            {usage.dependents.map((each) => (
              <li key={each} className="tag">
                {each}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Labels labels={snapshot.labels} />
    </aside>
  )
}

/** The frequent ones large, the others small. */
export function PanelActions({ actions }: Pick<Props, 'actions'>): ReactNode {
  const [first = [], ...others] = actions
  return (
    <div className="panel-actions">
      <div className="panel-main-actions">
        {first.map(({ key, label, icon, disabled = false, onSelect }, index) => (
          <Button key={key} kind={index === 0 ? 'primary' : 'plain'} disabled={disabled} onClick={onSelect}>
            {icon}
            <span className="truncate">{label}</span>
          </Button>
        ))}
      </div>
      {others.flat().map(({ key, label, icon, danger = false, disabled = false, onSelect }) => (
        <Button
          key={key}
          size="small"
          kind="quiet"
          className={danger ? 'panel-danger' : ''}
          disabled={disabled}
          onClick={onSelect}
        >
          {icon}
          {label}
        </Button>
      ))}
    </div>
  )
}

function Facts({ snapshot, usage }: Pick<Props, 'snapshot' | 'usage'>): ReactNode {
  const { t } = useTranslation()
  const { id, createdAt, reason, image, live, pauseMs, tookMs, layerBytes, layerEntries, sealed, verifiedAt } = snapshot
  const fact = (key: string, value: ReactNode): ReactNode => (
    <div key={key}>
      <dt>{t(`snapshots.panel.${key}` as 'snapshots.panel.when')}</dt>
      <dd>{value}</dd>
    </div>
  )
  const verified = verifiedAt ? formatMoment(verifiedAt) : t('snapshots.panel.verifiedNever')
  return (
    <section className="panel-section">
      <h3>{t('snapshots.panel.facts')}</h3>
      <dl className="panel-facts">
        {fact('when', formatMoment(createdAt))}
        {fact('why', t(`snapshots.reason.${reason}`))}
        {fact('of', <SandboxName snapshot={snapshot} />)}
        {fact('class', <ClassBadge value={snapshot.class} />)}
        {fact('image', image)}
        {fact('kind', t(live ? 'snapshots.panel.kindLive' : 'snapshots.panel.kindDisk'))}
        {live && fact('size', t('snapshots.panel.engine', { engine: live.engine, size: formatBytes(live.bytes) }))}
        {fact('pause', pauseMs > 0 ? formatMilliseconds(pauseMs, t) : t('snapshots.panel.pauseNone'))}
        {fact('took', formatMilliseconds(tookMs, t))}
        {!live && fact('size', t('snapshots.panel.entries', { size: formatBytes(layerBytes), count: layerEntries }))}
        {usage && fact('own', formatBytes(usage.uniqueBytes))}
        {usage && fact('shared', formatBytes(usage.sharedBytes))}
        {usage && fact('frees', <strong>{formatBytes(usage.freesBytes)}</strong>)}
        {fact('verified', sealed ? verified : t('snapshots.panel.sealing'))}
        {fact(
          'id',
          <span className="panel-id mono">
            {id}
            <CopyButton text={id} thing={t('snapshots.panel.idThing')} />
          </span>,
        )}
      </dl>
    </section>
  )
}

function SandboxName({ snapshot }: Pick<Props, 'snapshot'>): ReactNode {
  const present = useAgent(({ sandboxes }) => sandboxes.get(snapshot.sandboxId))
  if (!present) return snapshot.sandboxName
  return (
    <Link className="panel-link" to={`/sandboxes/${present.id}/snapshots`}>
      {present.name}
    </Link>
  )
}

function Labels({ labels }: { readonly labels: Readonly<Record<string, string>> }): ReactNode {
  const { t } = useTranslation()
  const entries = Object.entries(labels)
  if (entries.length === 0) return null
  return (
    <section className="panel-section">
      <h3>{t('snapshots.panel.labels')}</h3>
      <dl className="panel-facts">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
