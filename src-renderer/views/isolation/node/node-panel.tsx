import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { IsolationEdge, IsolationNode, IsolationView } from '#contract/isolation'
import { IconButton } from '../../../components/button.tsx'
import { ClassBadge } from '../../../components/class-badge.tsx'
import { type BlastModel, loadBlast } from '../../../store/blast-store.ts'
import { KindIcon } from '../graph/kind-icon.tsx'
import { ScoreMark } from '../parts/score-card.tsx'
import { StrengthWord } from '../parts/strength-word.tsx'
import { BlastCard } from './blast-card.tsx'
import './panel.css'

interface Props {
  readonly view: IsolationView
  readonly node: IsolationNode
  readonly blast: BlastModel
  readonly target: string | null
  readonly onTarget: (node: string | null) => void
  readonly onClose: () => void
}

/** Everything about one node: what it is, what it could reach, what it touches. */
export function NodePanel({ view, node, blast, target, onTarget, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <aside className="panel" aria-label={t('isolation.node.panel', { label: node.label })}>
      <header className="panel-head">
        <KindIcon kind={node.kind} of={node.class} />
        <div>
          <h2 className="truncate">{node.label}</h2>
          <span className="panel-note">{t(`isolation.kind.${node.kind}`)}</span>
        </div>
        <IconButton size="small" label={t('isolation.node.close')} onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <SandboxLine view={view} node={node} />
      <section className="panel-section">
        <h3>{t('isolation.blast.title')}</h3>
        <BlastCard
          model={blast}
          view={view}
          target={target}
          onTarget={onTarget}
          onRetry={() => void loadBlast(node.id)}
        />
      </section>
      <Edges
        title={t('isolation.node.acts')}
        view={view}
        edges={view.edges.filter(({ from }) => from === node.id)}
        end="to"
      />
      <Edges
        title={t('isolation.node.acted')}
        view={view}
        edges={view.edges.filter(({ to }) => to === node.id)}
        end="from"
      />
      {node.details.length > 0 && (
        <section className="panel-section">
          <h3>{t('isolation.node.details')}</h3>
          <dl className="panel-facts">
            {node.details.map(({ name, value }, index) => (
              <div key={`${index}-${name}`}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </aside>
  )
}

function SandboxLine({ view, node }: Pick<Props, 'view' | 'node'>): ReactNode {
  const { t } = useTranslation()
  const found = view.sandboxes.find(({ id }) => id === node.sandbox)
  if (node.kind !== 'sandbox' || !found) return null
  return (
    <div className="panel-line">
      <ClassBadge value={found.class} />
      <ScoreMark value={found.score.value} label={t('isolation.score.own')} />
      <Link className="panel-link" to={`/sandboxes/${found.id}/isolation`}>
        {t('isolation.node.tab')}
      </Link>
    </div>
  )
}

interface EdgesProps {
  readonly title: string
  readonly view: IsolationView
  readonly edges: readonly IsolationEdge[]
  readonly end: 'from' | 'to'
}

const mostEdges = 30

function Edges({ title, view, edges, end }: EdgesProps): ReactNode {
  if (edges.length === 0) return null
  const labels = new Map(view.nodes.map(({ id, label }) => [id, label]))
  return (
    <section className="panel-section">
      <h3>
        {title} <span className="panel-count">{edges.length}</span>
      </h3>
      <ul className="panel-edges">
        {edges.slice(0, mostEdges).map((edge) => (
          <li key={edge.id}>
            <span className="blast-name">
              <span className="truncate">{labels.get(edge[end]) ?? edge[end]}</span>
              <StrengthWord value={edge.strength} />
            </span>
            <span className="panel-note">{edge.sentence}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
