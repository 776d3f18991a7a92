import { ShieldAlert, ShieldCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type * as z from 'zod'
import type { SecretFinding, scanSecrets } from '#contract/archive'
import { applyRemedy } from '../../actions/remedies.ts'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Checkbox } from '../../components/toggles.tsx'
import { wordedText } from '../../copy/i18n.ts'
import type { Answer } from '../../store/query-store.ts'

interface Props {
  readonly scan: Answer<z.output<typeof scanSecrets.response>>
  /** Ids of what is left out. */
  readonly dropped: ReadonlySet<string>
  readonly onDrop: (ids: ReadonlySet<string>) => void
  /** What is not left out may leave. */
  readonly agreed: boolean
  readonly onAgree: (agreed: boolean) => void
  readonly onRetry: () => void
}

/** Keys and passwords that would leave, each to be left out or let go. */
export function Findings({ scan, dropped, onDrop, agreed, onAgree, onRetry }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <section className="findings-box" aria-label={t('archives.export.scan')}>
      <h3>{t('archives.export.scan')}</h3>
      {scan.kind === 'loading' && <Skeleton label={t('archives.export.scanning')} rows={2} rowHeight={18} />}
      {scan.kind === 'error' && (
        <ErrorNotice
          title={t('archives.export.scan')}
          error={scan.error}
          onRemedy={(remedy) => applyRemedy(remedy, onRetry)}
        />
      )}
      {scan.kind === 'ready' && scan.value.findings.length === 0 && (
        <p className="findings-clean">
          <ShieldCheck aria-hidden="true" />
          {t('archives.export.clean', { count: scan.value.files })}
        </p>
      )}
      {scan.kind === 'ready' && scan.value.findings.length > 0 && (
        <>
          <p className="findings-bad">
            <ShieldAlert aria-hidden="true" />
            {t('archives.export.found', { count: scan.value.findings.length })}
          </p>
          <ul className="finding-list">
            {scan.value.findings.map((found) => (
              <FindingItem key={found.id} found={found} dropped={dropped} onDrop={onDrop} />
            ))}
          </ul>
          {scan.value.truncated && <p className="section-text">{t('archives.export.truncated')}</p>}
          <Checkbox showLabel label={t('archives.export.keepAll')} checked={agreed} onChange={onAgree} />
        </>
      )}
    </section>
  )
}

interface ItemProps extends Pick<Props, 'dropped' | 'onDrop'> {
  readonly found: SecretFinding
}

function FindingItem({ found, dropped, onDrop }: ItemProps): ReactNode {
  const { t } = useTranslation()
  const { id, where, path, line, excerpt } = found
  const title = wordedText(found.title, found.titleWording)
  return (
    <li className="finding-item">
      <Checkbox
        label={t('archives.export.dropOne', { title, path })}
        checked={dropped.has(id)}
        onChange={(checked) => {
          const next = new Set(dropped)
          if (checked) next.add(id)
          else next.delete(id)
          onDrop(next)
        }}
      />
      <span>
        <b>{title}</b>
        <span className="finding-where mono">
          <bdi>{where === 'environment' ? `${t('archives.export.environment')}: ${path}` : path}</bdi>
          {line === null ? '' : `:${line}`}
        </span>
      </span>
      <code className="finding-excerpt">{excerpt}</code>
    </li>
  )
}
