import { useVirtualizer } from '@tanstack/react-virtual'
import { Copy } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import type { Sandbox } from '#contract/sandbox'
import { applyRemedy } from '../../actions/remedies.ts'
import { IconButton } from '../../components/button.tsx'
import { copyToClipboard } from '../../components/copy-button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Switch } from '../../components/toggles.tsx'
import { formatLineDate, formatLineTime } from '../../model/local-time.ts'
import { formatMoment } from '../../model/locale.ts'
import { type ShownLine, searchLines } from './log-buffer.ts'
import { useFollowing } from './use-following.ts'
import { useLog } from './use-log.ts'
import './logs.css'

export function LogView({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const { lines, error } = useLog(sandbox.id, sandbox.startedAt)
  const [search, setSearch] = useState('')
  const [following, setFollowing] = useState(true)
  const [times, setTimes] = useState(false)
  const found = useMemo(() => searchLines(lines, search), [lines, search])
  const copy = async (): Promise<void> => {
    const text = found.map((line) => (times ? `${formatLineDate(line.at)} ${line.text}` : line.text)).join('\n')
    if (await copyToClipboard(text.slice(-1_000_000), t('common.copyFailed'))) toast.success(t('common.copied'))
  }
  return (
    <>
      <div className="logs-bar">
        <input
          className="input"
          aria-label={t('logs.search')}
          placeholder={t('logs.search')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Switch label={t('logs.follow')} checked={following} onChange={setFollowing} />
        <Switch label={t('logs.timestamps')} checked={times} onChange={setTimes} />
        <span className="logs-count">{t('logs.lines', { count: found.length })}</span>
        <IconButton size="small" label={t('logs.copy')} onClick={() => void copy()}>
          <Copy />
        </IconButton>
      </div>
      {error && (
        <div className="section">
          <ErrorNotice title={t('logs.error')} error={error} onRemedy={applyRemedy} />
        </div>
      )}
      {found.length === 0 ? (
        <EmptyState
          title={t(search.trim() === '' ? 'logs.empty' : 'logs.nothingFound')}
          {...(sandbox.spec.tty ? { text: t('logs.ttyHint') } : {})}
        />
      ) : (
        <LogLines name={sandbox.name} lines={found} times={times} following={following} onFollowing={setFollowing} />
      )}
    </>
  )
}

interface LinesProps {
  readonly name: string
  readonly lines: readonly ShownLine[]
  readonly times: boolean
  readonly following: boolean
  readonly onFollowing: (following: boolean) => void
}

const lineHeight = 20
/** Only the lines in sight are in the page. */
function LogLines({ name, lines, times, following, onFollowing }: LinesProps): ReactNode {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 30,
  })
  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [following, lines, virtual])
  const handlers = useFollowing(onFollowing)
  return (
    // A scrolled region must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div
      ref={box}
      className="logs"
      role="log"
      aria-live="off"
      aria-label={t('logs.label', { name })}
      tabIndex={0}
      {...handlers}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index]
          if (!line) return null
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="log-line"
              data-stream={line.stream}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {times && (
                <time className="log-time" dateTime={line.at} title={formatMoment(line.at)}>
                  {formatLineTime(line.at)}
                </time>
              )}
              <span>{line.text}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
