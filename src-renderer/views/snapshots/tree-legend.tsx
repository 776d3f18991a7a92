import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export function TreeLegend(): ReactNode {
  const { t } = useTranslation()
  return (
    <ul className="tree-legend" aria-label={t('snapshots.tree.legend')}>
      <li>
        <svg width={26} height={16} aria-hidden="true">
          <rect x={1} y={1} width={24} height={14} rx={3} />
        </svg>
        {t('snapshots.tree.legendDisk')}
      </li>
      <li>
        <svg width={26} height={16} aria-hidden="true" data-live="true">
          <path d="M6 1H20L25 6V10L20 15H6L1 10V6ZM7 3.5H19L22.5 7V9L19 12.5H7L3.5 9V7Z" />
        </svg>
        {t('snapshots.tree.legendLive')}
      </li>
      <li>
        <svg width={40} height={6} aria-hidden="true" data-bar="true">
          <rect width={40} height={5} rx={2.5} />
          <rect width={15} height={5} rx={2.5} />
        </svg>
        {t('snapshots.tree.legendBar')}
      </li>
    </ul>
  )
}
