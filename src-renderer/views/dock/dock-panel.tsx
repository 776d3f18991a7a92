import type { Terminal as Screen } from '@xterm/xterm'
import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import type { Sandbox } from '#contract/sandbox'
import { EmptyState } from '../../components/empty-state.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { tookFocus, useDock } from '../../store/dock-store.ts'
import { createBroadcast } from '../../terminal/broadcast.ts'
import { TerminalView } from '../../terminal/terminal-view.tsx'
import { ConsoleView } from '../logs/console-view.tsx'
import { LogView } from '../logs/log-view.tsx'
import { openAgain, runDockKey } from './dock-actions.ts'
import { type DockItem, fullTitle } from './dock-items.ts'

/** Who takes part decides for itself, by being in sight. */
const toEveryone = createBroadcast()
toEveryone.setOn(true)

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
  const live = useIsLive()
  const { key, tab, terminal, lost } = item
  const onScreen = useTypingToAll(shown)
  switch (tab.kind) {
    case 'log':
      return <LogView sandbox={sandbox} />
    case 'console':
      return <ConsoleView sandbox={sandbox} />
    case 'terminal': {
      if (!terminal) return <EmptyState title={t('dock.gone')} />
      const canOpen = live && canDo('openTerminal', sandbox) && terminal.kind === 'exec'
      return (
        <TerminalView
          key={terminal.id}
          terminal={terminal}
          label={fullTitle(item, t)}
          shown={shown}
          wanted={wanted}
          onFocused={() => tookFocus(key)}
          paused={sandbox.state === 'paused'}
          lost={lost}
          onAgain={canOpen ? () => void openAgain(item, sandbox) : undefined}
          onScreen={onScreen}
          onTerminalsKey={(pressed) => runDockKey(pressed, item)}
        />
      )
    }
    default:
      return assertNever(tab, 'tab of the dock')
  }
}

/** Lets what is typed into one terminal in sight go to all of them, where the person wants that. */
function useTypingToAll(shown: boolean): (screen: Screen) => () => void {
  const toAll = useDock((state) => state.toAll)
  const [screen, setScreen] = useState<Screen | null>(null)
  useEffect(() => (screen && shown && toAll ? toEveryone.add(screen) : undefined), [screen, shown, toAll])
  const [keep] = useState(() => (made: Screen) => {
    setScreen(made)
    return () => setScreen(null)
  })
  return keep
}

function Waiting(): ReactNode {
  const { t } = useTranslation()
  return <Skeleton label={t('common.loading')} rows={3} rowHeight={16} />
}
