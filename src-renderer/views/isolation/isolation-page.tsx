import { X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { IsolationView, NodeKind } from '#contract/isolation'
import { applyRemedy } from '../../actions/remedies.ts'
import { IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { agentStore } from '../../store/agent-store.ts'
import { followIsolation } from '../../store/feed-isolation-store.ts'
import { useIsolation } from '../../store/isolation-store.ts'
import { Page } from '../shell/page.tsx'
import { EdgeTable } from './facts/edge-table.tsx'
import { ExportMenu } from './graph/export-menu.tsx'
import { Graph } from './graph/graph.tsx'
import { InterferenceView } from './interference/interference-view.tsx'
import { KindFilter } from './kind-filter.tsx'
import { NodePanel } from './node/node-panel.tsx'
import { useNode } from './node/use-node.ts'
import { ScoreCard, ScoreMark } from './parts/score-card.tsx'
import { Legend } from './parts/strength-word.tsx'
import { hideKinds } from './scope-view.ts'
import './isolation.css'

const shapes = ['graph', 'table', 'interference'] as const
type Shape = (typeof shapes)[number]

/** What all sandboxes of this host share. The agent observes only while this page is shown. */
export function IsolationPage(): ReactNode {
  const { t } = useTranslation()
  const view = useIsolation((state) => (state.scope === null ? state.view : null))
  const error = useIsolation((state) => (state.scope === null ? state.error : null))
  const svg = useRef<SVGSVGElement>(null)
  const [shape, setShape] = useState<Shape>('graph')
  const [scoreOpen, setScoreOpen] = useState(false)
  useEffect(() => followIsolation(agentStore, null), [])
  return (
    <Page
      title={t('isolation.title')}
      tools={
        <>
          {view && (
            <button
              type="button"
              className="score-button"
              aria-expanded={scoreOpen}
              onClick={() => setScoreOpen(!scoreOpen)}
            >
              <ScoreMark value={view.score.value} label={t('isolation.score.overall')} />
            </button>
          )}
          {view && shape === 'graph' && <ExportMenu svg={svg} name="joey-isolation" />}
        </>
      }
    >
      {error && (
        <div className="section">
          <ErrorNotice title={t('isolation.error')} error={error} onRemedy={applyRemedy} />
        </div>
      )}
      {!view && !error && <Skeleton label={t('isolation.loading')} rows={6} rowHeight={48} />}
      {view && (
        <Overview view={view} shape={shape} onShape={setShape} svg={svg} scoreOpen={scoreOpen} onScore={setScoreOpen} />
      )}
    </Page>
  )
}

interface OverviewProps {
  readonly view: IsolationView
  readonly shape: Shape
  readonly onShape: (shape: Shape) => void
  readonly svg: RefObject<SVGSVGElement | null>
  readonly scoreOpen: boolean
  readonly onScore: (open: boolean) => void
}

function Overview({ view, shape, onShape, svg, scoreOpen, onScore }: OverviewProps): ReactNode {
  const { t } = useTranslation()
  const [hidden, setHidden] = useState<ReadonlySet<NodeKind>>(new Set())
  const shown = useMemo(() => hideKinds(view, hidden), [view, hidden])
  const { selected, node, select, blast, target, setTarget, marked } = useNode(view)
  const choose = (id: string | null): void => {
    select(id)
    if (id !== null) onScore(false)
  }
  const show = (id: string): void => {
    choose(id)
    onShape('graph')
  }
  if (view.sandboxes.length === 0)
    return <EmptyState title={t('isolation.empty.title')} text={t('isolation.empty.text')} />
  return (
    <>
      <div className="isolation-bar">
        <Segments
          label={t('isolation.views.label')}
          value={shape}
          onChange={onShape}
          options={shapes.map((value) => ({
            ...{ value, label: t(`isolation.views.${value}`) },
            ...(value === 'interference' ? { count: view.interference.length } : {}),
          }))}
        />
        {shape !== 'interference' && <KindFilter view={view} hidden={hidden} onChange={setHidden} />}
      </div>
      <div className="isolation-body">
        {shape === 'graph' && (
          <div className="isolation-picture">
            <Graph view={shown} selected={selected} onSelect={choose} marked={marked} svg={svg} />
            <Legend />
          </div>
        )}
        {shape === 'table' && <EdgeTable view={shown} onSelect={show} />}
        {shape === 'interference' && <InterferenceView view={view} />}
        {scoreOpen && <OverallScore view={view} onClose={() => onScore(false)} />}
        {shape === 'graph' && node && !scoreOpen && (
          <NodePanel {...{ view, node, blast, target }} onTarget={setTarget} onClose={() => select(null)} />
        )}
      </div>
    </>
  )
}

function OverallScore({ view, onClose }: { readonly view: IsolationView; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  return (
    <aside className="panel" aria-label={t('isolation.score.derivation')}>
      <IconButton className="panel-close" size="small" label={t('isolation.node.close')} onClick={onClose}>
        <X />
      </IconButton>
      <ScoreCard label={t('isolation.score.overall')} score={view.score} />
    </aside>
  )
}
