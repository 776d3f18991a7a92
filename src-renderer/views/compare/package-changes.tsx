import { Info } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import type { PackageChange } from '#contract/compare'
import { applyRemedy } from '../../actions/remedies.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { wordedTexts } from '../../copy/i18n.ts'
import { packagesStore, type TreePair } from '../../store/compare-store.ts'
import '../isolation/parts/tables.css'

export function PackageChanges({ pair }: { readonly pair: TreePair }): ReactNode {
  const { t } = useTranslation()
  const answer = packagesStore.useAnswer()
  const load = (): void => void packagesStore.load(pair)
  useEffect(() => void packagesStore.load(pair), [pair])
  switch (answer.kind) {
    case 'loading':
      return <Skeleton label={t('compare.loading')} rows={8} rowHeight={26} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice
            title={t('compare.packages.error')}
            error={answer.error}
            onRemedy={(remedy) => applyRemedy(remedy, load)}
          />
        </div>
      )
    case 'ready':
      return (
        <div className="compare-tables">
          {answer.value.changes.length > 0 && <Packages changes={answer.value.changes} />}
          {answer.value.changes.length === 0 && <EmptyState title={t('compare.packages.nothing')} />}
          <Notes notes={wordedTexts(answer.value.notes, answer.value.notesWordings)} />
        </div>
      )
    default:
      return assertNever(answer, 'packages')
  }
}

function Notes({ notes }: { readonly notes: readonly string[] }): ReactNode {
  const { t } = useTranslation()
  if (notes.length === 0) return null
  return (
    <ul className="compare-notes" aria-label={t('compare.packages.notes')}>
      {notes.map((note) => (
        <li key={note}>
          <Info aria-hidden="true" />
          {note}
        </li>
      ))}
    </ul>
  )
}

function Packages({ changes }: { readonly changes: readonly PackageChange[] }): ReactNode {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const found = changes.filter(({ name, manager }) => `${manager} ${name}`.toLowerCase().includes(wanted))
  return (
    <>
      <input
        className="input compare-filter"
        aria-label={t('compare.packages.filter')}
        placeholder={t('compare.packages.filter')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <table className="plain-table" aria-label={t('compare.packages.label')}>
        <thead>
          <tr>
            {(['name', 'manager', 'before', 'after'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`compare.packages.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.map(({ manager, name, before, after }) => (
            <tr key={`${manager} ${name} ${before} ${after}`} data-change={kindOf(before, after)}>
              <th scope="row">
                <span className="package-name">{name}</span>{' '}
                <span className="tag">{t(`compare.files.${kindOf(before, after)}`)}</span>
              </th>
              <td className="cell-sentence">{manager}</td>
              <td className="mono">{before ?? <Absent />}</td>
              <td className="mono">{after ?? <Absent />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function kindOf(before: string | null, after: string | null): 'added' | 'changed' | 'deleted' {
  if (before === null) return 'added'
  return after === null ? 'deleted' : 'changed'
}

function Absent(): ReactNode {
  const { t } = useTranslation()
  return <span className="cell-sentence">{t('compare.packages.absent')}</span>
}
