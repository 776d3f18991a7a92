import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import { applyRemedy } from '../../actions/remedies.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { configStore, type TreePair } from '../../store/compare-store.ts'
import '../isolation/parts/tables.css'

export function ConfigChanges({ pair }: { readonly pair: TreePair }): ReactNode {
  const { t } = useTranslation()
  const answer = configStore.useAnswer()
  const load = (): void => void configStore.load(pair)
  useEffect(() => void configStore.load(pair), [pair])
  switch (answer.kind) {
    case 'loading':
      return <Skeleton label={t('compare.loading')} rows={6} rowHeight={26} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice
            title={t('compare.config.error')}
            error={answer.error}
            onRemedy={(remedy) => applyRemedy(remedy, load)}
          />
        </div>
      )
    case 'ready':
      return answer.value.changes.length === 0 ? (
        <EmptyState title={t('compare.config.nothing')} />
      ) : (
        <Settings changes={answer.value.changes} />
      )
    default:
      return assertNever(answer, 'configuration')
  }
}

type Changes = Extract<ReturnType<typeof configStore.useAnswer>, { kind: 'ready' }>['value']['changes']

const areas = ['configuration', 'limits', 'policy'] as const

function Settings({ changes }: { readonly changes: Changes }): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="compare-tables">
      {areas.map((area) => {
        const rows = changes.filter((change) => change.area === area)
        if (rows.length === 0) return null
        return (
          <section key={area}>
            <h2>{t(`compare.config.area.${area}`)}</h2>
            <table
              className="plain-table config-table"
              aria-label={`${t('compare.config.label')}: ${t(`compare.config.area.${area}`)}`}
            >
              <thead>
                <tr>
                  {(['field', 'before', 'after'] as const).map((column) => (
                    <th key={column} scope="col">
                      {t(`compare.config.${column}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map(({ field, before, after }) => (
                  <tr key={field}>
                    <th scope="row" className="mono">
                      {field}
                    </th>
                    <td>
                      <del>{before}</del>
                    </td>
                    <td>
                      <ins>{after}</ins>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )
      })}
    </div>
  )
}
