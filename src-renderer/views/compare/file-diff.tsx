import { X } from 'lucide-react'
import { type ReactNode, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import { formatBytes } from '#contract/byte-size'
import type { FileChange, FileFacts } from '#contract/compare'
import { formatMode } from '#contract/file-mode'
import { applyRemedy } from '../../actions/remedies.ts'
import { IconButton } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { toPlainText } from '../../model/plain-text.ts'
import { type TreePair, textStore } from '../../store/compare-store.ts'
import { hasContent } from './change-filter.ts'
import { parseDiff } from './diff-lines.ts'

interface Props {
  readonly pair: TreePair
  readonly change: FileChange
  readonly onClose: () => void
}

/** One file: its facts on both sides, and for text what was added and removed. */
export function FileDiff({ pair, change, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const { path } = change
  return (
    <section className="file-diff" aria-label={t('compare.diff.label', { path })}>
      <header className="file-diff-head">
        <h2 className="mono truncate" title={path}>
          <bdi>{path}</bdi>
        </h2>
        <CopyButton text={path} thing={path} />
        <IconButton size="small" label={t('compare.diff.close')} onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <Facts change={change} />
      {hasContent(change) && <Content pair={pair} path={path} />}
    </section>
  )
}

function Facts({ change: { before, after } }: Pick<Props, 'change'>): ReactNode {
  const { t } = useTranslation()
  const text = (facts: FileFacts | null): string =>
    facts
      ? [
          t(`compare.files.fileKind.${facts.kind}`),
          formatBytes(facts.size),
          formatMode(facts.mode),
          `${facts.uid}:${facts.gid}`,
        ].join(' · ')
      : t('compare.packages.absent')
  return (
    <dl className="file-facts" aria-label={t('compare.diff.facts')}>
      {(['before', 'after'] as const).map((side) => (
        <div key={side}>
          <dt>{t(`compare.${side}`)}</dt>
          <dd>{text(side === 'before' ? before : after)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Content({ pair, path }: { readonly pair: TreePair; readonly path: string }): ReactNode {
  const { t } = useTranslation()
  const answer = textStore.useAnswer()
  const load = (): void => void textStore.load({ ...pair, path })
  useEffect(() => {
    void textStore.load({ ...pair, path })
    return textStore.forget
  }, [pair, path])
  switch (answer.kind) {
    case 'loading':
      return <Skeleton label={t('compare.diff.loading')} rows={6} rowHeight={16} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice
            title={t('compare.diff.error')}
            error={answer.error}
            onRemedy={(remedy) => applyRemedy(remedy, load)}
          />
        </div>
      )
    case 'ready':
      return answer.value.diff === null ? (
        <p className="file-why">{wordedText(answer.value.why ?? '', answer.value.whyWording)}</p>
      ) : (
        <Diff diff={answer.value.diff} />
      )
    default:
      return assertNever(answer, 'text of a file')
  }
}

const signs = { added: '+', deleted: '−', same: ' ', hunk: '', note: '' } as const
/** More in the page at once would make it slow, and nobody reads more. */
const mostLines = 5000

function Diff({ diff }: { readonly diff: string }): ReactNode {
  const { t } = useTranslation()
  const lines = useMemo(() => parseDiff(diff), [diff])
  if (lines.length === 0) return <p className="file-why">{t('compare.diff.same')}</p>
  return (
    // A scrolled region must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="diff" role="region" aria-label={t('compare.tabs.files')} tabIndex={0}>
      {lines.slice(0, mostLines).map(({ kind, text, before, after }, index) => (
        <div key={`line-${index + 1}`} className="diff-line" data-kind={kind}>
          <span className="diff-number">{before ?? ''}</span>
          <span className="diff-number">{after ?? ''}</span>
          <span className="diff-sign">{signs[kind]}</span>
          {(kind === 'added' || kind === 'deleted') && (
            <span className="visually-hidden">{t(`compare.diff.${kind}`)}</span>
          )}
          <span className="diff-text">{toPlainText(text)}</span>
        </div>
      ))}
      {lines.length > mostLines && <p className="file-why">{t('compare.diff.cut', { count: mostLines })}</p>}
    </div>
  )
}
