import { FoldVertical, Maximize, Minus, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, IconButton } from '../../../components/button.tsx'

interface Props {
  readonly onZoom: (factor: number) => void
  readonly onFit: () => void
  /** Null where no group is unfolded. */
  readonly onFold: (() => void) | null
}

export function GraphTools({ onZoom, onFit, onFold }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="graph-tools" role="toolbar" aria-label={t('isolation.graph.tools')}>
      {onFold && (
        <Button size="small" onClick={onFold}>
          <FoldVertical aria-hidden="true" />
          {t('isolation.graph.foldAgain')}
        </Button>
      )}
      <IconButton size="small" kind="plain" label={t('isolation.graph.zoomOut')} onClick={() => onZoom(0.8)}>
        <Minus />
      </IconButton>
      <IconButton size="small" kind="plain" label={t('isolation.graph.zoomIn')} onClick={() => onZoom(1.25)}>
        <Plus />
      </IconButton>
      <IconButton size="small" kind="plain" label={t('isolation.graph.fit')} onClick={onFit}>
        <Maximize />
      </IconButton>
    </div>
  )
}
