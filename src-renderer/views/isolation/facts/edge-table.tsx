import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { styleOfStrength } from '#contract/graph/strengths'
import type { IsolationEdge, IsolationView } from '#contract/isolation'
import { StrengthWord } from '../parts/strength-word.tsx'
import '../parts/tables.css'

interface Props {
  readonly view: IsolationView
  readonly onSelect: (node: string) => void
}

/** The picture as text: every edge, strongest first. */
export function EdgeTable({ view, onSelect }: Props): ReactNode {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const labels = new Map(view.nodes.map(({ id, label }) => [id, label]))
  const name = (id: string): string => labels.get(id) ?? id
  const edges = findEdges(view.edges, search, name)
  return (
    <div className="edge-view">
      <input
        className="input edge-search"
        aria-label={t('isolation.table.search')}
        placeholder={t('isolation.table.search')}
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <table className="plain-table" aria-label={t('isolation.table.label')}>
        <thead>
          <tr>
            {(['from', 'to', 'what', 'strength', 'sentence'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`isolation.table.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => (
            <tr key={edge.id}>
              {([edge.from, edge.to] as const).map((id, index) => (
                <td key={index === 0 ? 'from' : 'to'}>
                  <button type="button" className="cell-link" onClick={() => onSelect(id)}>
                    {name(id)}
                  </button>
                </td>
              ))}
              <td>{t(`isolation.what.${edge.what}`)}</td>
              <td>
                <StrengthWord value={edge.strength} />
              </td>
              <td className="cell-sentence">
                {edge.sentence} {!edge.carries && <em>{t('isolation.table.carriesNot')}</em>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {edges.length === 0 && <p className="panel-note">{t('isolation.table.nothing')}</p>}
    </div>
  )
}

/** Those that hold the text anywhere, strongest first, then by name. */
export function findEdges(
  edges: readonly IsolationEdge[],
  search: string,
  name: (id: string) => string,
): IsolationEdge[] {
  const wanted = search.trim().toLowerCase()
  return edges
    .filter((edge) =>
      [name(edge.from), name(edge.to), edge.what, edge.strength, edge.sentence]
        .join('\n')
        .toLowerCase()
        .includes(wanted),
    )
    .sort(
      (a, b) =>
        styleOfStrength(b.strength).rank - styleOfStrength(a.strength).rank ||
        name(a.from).localeCompare(name(b.from)) ||
        name(a.to).localeCompare(name(b.to)),
    )
}
