import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import type { Sandbox } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'
import { EmptyState } from '../../components/empty-state.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { tookFocus, useDock } from '../../store/dock-store.ts'
import { TerminalView } from '../../terminal/terminal-view.tsx'
import { ConsoleView } from '../logs/console-view.tsx'
import { LogView } from '../logs/log-view.tsx'
import { openAgain, runDockKey } from './dock-actions.ts'
import { type DockItem, fullTitle } from './dock-items.ts'
import { useKeptScreen, useTerminalMenu, useTypingToAll, useUploadDrop } from './terminal-panel-hooks.tsx'

interface Props {
  readonly item: DockItem
  readonly shown: boolean
  readonly style: CSSProperties
  readonly onFocus: () => void
}

/** What a tab shows. It stays mounted while it is hidden. */
export function DockPanel({ item, shown, style, onFocus }: Props): ReactNode {
  const { key, tab } = item
  const panel = useRef<HTMLDivElement>(null)
  const wanted = useDock((state) => state.wanted === key)
  const isText = tab.kind !== 'terminal' || !item.terminal
  useEffect(() => {
    if (!isText || !shown || !wanted) return
    const place = panel.current?.querySelector<HTMLElement>('[role="log"], .console, input')
    ;(place ?? panel.current)?.focus()
    tookFocus(key)
  }, [isText, shown, wanted, key])
  return (
    <div
      ref={panel}
      role="tabpanel"
      id={panelId(key)}
      aria-labelledby={tabId(key)}
      className="dock-panel"
      tabIndex={-1}
      hidden={!shown}
      style={style}
      onFocus={onFocus}
    >
      {item.sandbox ? <Content item={item} sandbox={item.sandbox} shown={shown} wanted={wanted} /> : <Waiting />}
    </div>
  )
}

export const tabId = (key: string): string => `tab-${key}`
export const panelId = (key: string): string => `panel-${key}`

interface ContentProps extends Pick<Props, 'item' | 'shown'> {
  readonly sandbox: Sandbox
  readonly wanted: boolean
}

function Content({ item, sandbox, shown, wanted }: ContentProps): ReactNode {
  const { t } = useTranslation()
  const { tab, terminal } = item
  switch (tab.kind) {
    case 'log':
      return <LogView sandbox={sandbox} />
    case 'console':
      return <ConsoleView sandbox={sandbox} />
    case 'terminal': {
      if (!terminal) return <EmptyState title={t('dock.gone')} />
      return <TerminalPanel item={item} terminal={terminal} sandbox={sandbox} shown={shown} wanted={wanted} />
    }
    default:
      return assertNever(tab, 'tab of the dock')
  }
}

function TerminalPanel(props: ContentProps & { readonly terminal: Terminal }): ReactNode {
  const { item, terminal, sandbox, shown, wanted } = props
  const { t } = useTranslation()
  const live = useIsLive()
  const [screen, onScreen] = useKeptScreen()
  useTypingToAll(screen, shown)
  const { dropping, targets } = useUploadDrop(sandbox, screen)
  const menu = useTerminalMenu(item)
  const canOpen = live && canDo('openTerminal', sandbox) && terminal.kind === 'exec'
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- files are put in on the page of files too
    <div className="dock-terminal" data-dropping={dropping} {...targets}>
      <TerminalView
        key={terminal.id}
        terminal={terminal}
        label={fullTitle(item, t)}
        shown={shown}
        wanted={wanted}
        onFocused={() => tookFocus(item.key)}
        paused={sandbox.state === 'paused'}
        lost={item.lost}
        onAgain={canOpen ? () => void openAgain(item, sandbox) : undefined}
        onScreen={onScreen}
        onTerminalsKey={(pressed) => runDockKey(pressed, item)}
        menu={menu}
      />
    </div>
  )
}

function Waiting(): ReactNode {
  const { t } = useTranslation()
  return <Skeleton label={t('common.loading')} rows={3} rowHeight={16} />
}
