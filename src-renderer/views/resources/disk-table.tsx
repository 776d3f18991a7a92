import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import { type DiskUsage, reclaimedBy } from '#contract/disk-usage'
import { proposeReclaim, type Reclaimable } from '../../actions/reclaim-actions.ts'
import { Button } from '../../components/button.tsx'
import { CopyableCommand } from '../../components/copy-button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { diskStore } from '../../store/resources-stores.ts'

const byButton: ReadonlySet<string> = new Set<Reclaimable>(['images', 'volumes'])

const isReclaimable = (kind: string): kind is Reclaimable => byButton.has(kind)

/** What is on the disk, by kind, and how what nothing uses is given back. */
export function DiskTable(): ReactNode {
  const { t } = useTranslation()
  const answer = diskStore.useAnswer()
  return (
    <section className="section" aria-labelledby="resources-disk">
      <h2 id="resources-disk" className="section-title">
        {t('resources.disk')}
      </h2>
      {answer.kind === 'loading' && <Skeleton label={t('resources.counting')} rows={5} rowHeight={36} />}
      {answer.kind === 'error' && (
        <ErrorNotice title={t('resources.diskError')} error={answer.error} onRemedy={() => undefined} />
      )}
      {answer.kind === 'ready' && <Kinds kinds={answer.value.filter(({ bytes }) => bytes > 0)} />}
    </section>
  )
}

function Kinds({ kinds }: { readonly kinds: readonly DiskUsage[] }): ReactNode {
  const { t } = useTranslation()
  const most = Math.max(1, ...kinds.map(({ bytes }) => bytes))
  return (
    <div className="resources-scroll">
      <table className="resources-table" aria-labelledby="resources-disk">
        <thead>
          <tr>
            <th scope="col">{t('resources.kind')}</th>
            <th scope="col">{t('resources.size')}</th>
            <th scope="col">{t('resources.unused')}</th>
            <th scope="col">{t('resources.giveBack')}</th>
          </tr>
        </thead>
        <tbody>
          {[...kinds]
            .sort((one, other) => other.bytes - one.bytes)
            .map((usage) => (
              <tr key={usage.kind}>
                <th scope="row">{t(`resources.kinds.${usage.kind}`)}</th>
                <td>
                  {formatBytes(usage.bytes)}
                  <span className="resources-bar" style={{ width: `${(usage.bytes / most) * 100}%` }} />
                </td>
                <td>{usage.reclaimableBytes > 0 ? formatBytes(usage.reclaimableBytes) : '–'}</td>
                <td>
                  <GiveBack usage={usage} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}

/** A button with a preview where there is one, the command where not. */
function GiveBack({ usage: { kind, reclaimableBytes } }: { readonly usage: DiskUsage }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const command = reclaimedBy[kind]
  if (reclaimableBytes === 0 || command === null) return '–'
  if (!isReclaimable(kind)) return <CopyableCommand command={command} thing={t('host.commandThing')} />
  return (
    <Button size="small" disabled={!live} onClick={() => void proposeReclaim(kind)}>
      {t('resources.preview', { kind: t(`resources.kinds.${kind}`) })}
    </Button>
  )
}
