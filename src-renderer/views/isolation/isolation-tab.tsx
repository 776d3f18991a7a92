import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { IsolationView } from '#contract/isolation'
import type { Sandbox } from '#contract/sandbox'
import { applyRemedy } from '../../actions/remedies.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { agentStore } from '../../store/agent-store.ts'
import { followIsolation } from '../../store/feed-isolation-store.ts'
import { useIsolation } from '../../store/isolation-store.ts'
import { FactsByTopic } from './facts/facts-by-topic.tsx'
import { ExportMenu } from './graph/export-menu.tsx'
import { Graph } from './graph/graph.tsx'
import { NodePanel } from './node/node-panel.tsx'
import { useNode } from './node/use-node.ts'
import { ScoreCard } from './parts/score-card.tsx'
import { Legend } from './parts/strength-word.tsx'
import { aroundSandbox } from './scope-view.ts'
import { SelfTestCard } from './self-test/self-test-card.tsx'
import './isolation.css'
import './tab.css'

/** How one sandbox is walled in: observed, drawn, scored and tried. */
export function IsolationTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const { id, state } = sandbox
  const view = useIsolation((isolation) => (isolation.scope === id ? isolation.view : null))
  const error = useIsolation((isolation) => (isolation.scope === id ? isolation.error : null))
  useEffect(() => followIsolation(agentStore, id), [id])
  const seen = view?.sandboxes.find((each) => each.id === id)
  const runs = state === 'running' || state === 'paused'
  return (
    <div className="isolation-tab">
      {error && <ErrorNotice title={t('isolation.error')} error={error} onRemedy={applyRemedy} />}
      <div className="isolation-cards">
        {seen && (
          <div className="isolation-card">
            <ScoreCard label={t('isolation.score.own')} score={seen.score} />
          </div>
        )}
        <SelfTestCard sandbox={sandbox} />
      </div>
      {view && seen && <Around view={view} sandbox={sandbox} />}
      {seen && <FactsByTopic facts={seen.facts} />}
      {!seen && !runs && <EmptyState title={t('isolation.tab.notRunning')} />}
      {!seen && runs && !error && <Skeleton label={t('isolation.loading')} rows={5} rowHeight={40} />}
    </div>
  )
}

interface AroundProps {
  readonly view: IsolationView
  readonly sandbox: Sandbox
}

function Around({ view, sandbox }: AroundProps): ReactNode {
  const { t } = useTranslation()
  const svg = useRef<SVGSVGElement>(null)
  const { id, name } = sandbox
  const around = useMemo(() => aroundSandbox(view, id), [view, id])
  const { selected, node, select, blast, target, setTarget, marked } = useNode(around)
  return (
    <section className="isolation-card around" aria-labelledby="around-title">
      <header className="card-head">
        <h2 id="around-title">{t('isolation.tab.around')}</h2>
        <ExportMenu svg={svg} name={`joey-${name}`} />
      </header>
      <div className="around-body">
        <div className="isolation-picture">
          <Graph view={around} selected={selected} onSelect={select} marked={marked} svg={svg} />
          <Legend />
        </div>
        {node && (
          <NodePanel {...{ node, blast, target }} view={around} onTarget={setTarget} onClose={() => select(null)} />
        )}
      </div>
    </section>
  )
}
