import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import { formatBytes } from '#contract/byte-size'
import type { FileChange } from '#contract/compare'
import { applyRemedy } from '../../actions/remedies.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Progress } from '../../components/progress.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { formatCount } from '../../model/locale.ts'
import { type FilesModel, loadFiles, mostChanges, type TreePair, useFiles } from '../../store/compare-store.ts'
import { type ChangeFilter, filterChanges } from './change-filter.ts'
import { ChangeList } from './change-list.tsx'
import { FileDiff } from './file-diff.tsx'

interface Props {
  readonly pair: TreePair
}

export function FileChanges({ pair }: Props): ReactNode {
  const { t } = useTranslation()
  const files = useFiles()
  const [attempt, setAttempt] = useState(0)
  // Requested again where the person wants to try again.
  // oxlint-disable-next-line react/exhaustive-deps
  useEffect(() => loadFiles(pair), [pair, attempt])
  switch (files.kind) {
    case 'loading':
      return <Skeleton label={t('compare.loading')} rows={8} rowHeight={30} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice
            title={t('compare.files.error')}
            error={files.error}
            onRemedy={(remedy) => applyRemedy(remedy, () => setAttempt(attempt + 1))}
          />
        </div>
      )
    case 'ready':
      return files.totals.total === 0 ? (
        <EmptyState title={t('compare.files.nothing')} />
      ) : (
        <Changes pair={pair} files={files} />
      )
    default:
      return assertNever(files, 'file changes')
  }
}

const kinds = ['all', 'added', 'changed', 'deleted'] as const

function Changes({ pair, files }: Props & { readonly files: Extract<FilesModel, { kind: 'ready' }> }): ReactNode {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [kind, setKind] = useState<ChangeFilter>('all')
  const [chosen, setChosen] = useState<FileChange | null>(null)
  const { changes, totals, loading } = files
  const found = useMemo(() => filterChanges(changes, { text, kind }), [changes, text, kind])
  const counts = { all: totals.total, added: totals.added, changed: totals.changed, deleted: totals.deleted }
  const progress = { read: formatCount(changes.length), total: formatCount(totals.total) }
  return (
    <>
      <div className="change-bar">
        <input
          className="input"
          aria-label={t('compare.files.filter')}
          placeholder={t('compare.files.filter')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Segments
          label={t('compare.files.kinds')}
          value={kind}
          onChange={setKind}
          options={kinds.map((value) => ({ value, label: t(`compare.files.${value}`), count: counts[value] }))}
        />
        <span className="change-total">{t('compare.files.addedBytes', { size: formatBytes(totals.addedBytes) })}</span>
      </div>
      {loading && (
        <div className="change-loading" role="status">
          {t('compare.files.loadingMore', progress)}
          <Progress label={t('compare.files.loadingMore', progress)} value={changes.length / totals.total} />
        </div>
      )}
      {!loading && changes.length < totals.total && changes.length >= mostChanges && (
        <p className="change-loading">{t('compare.files.cut', progress)}</p>
      )}
      <div className="compare-body">
        {found.length === 0 ? (
          <EmptyState title={t('compare.files.nothingFound')} />
        ) : (
          <ChangeList changes={found} chosen={chosen?.path ?? null} onChoose={setChosen} />
        )}
        {chosen && <FileDiff pair={pair} change={chosen} onClose={() => setChosen(null)} />}
      </div>
    </>
  )
}
