import type { Terminal as Screen } from '@xterm/xterm'
import { Check, Diff } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { Sandbox, SandboxId } from '#contract/sandbox'
import { act, openShell } from '../../actions/sandbox-actions.ts'
import { Button } from '../../components/button.tsx'
import { ClassBadge } from '../../components/class-badge.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { terminalsOf } from '../../store/terminal-slice.ts'
import { TerminalView } from '../../terminal/terminal-view.tsx'

interface Props {
  readonly id: SandboxId
  readonly sandbox: Sandbox | undefined
  /** Whether the agent's whole state has arrived. */
  readonly known: boolean
  /** Lines that differ from the others'; null where that is not looked at. */
  readonly lines: readonly number[] | null
  readonly onScreen: (id: SandboxId, screen: Screen) => () => void
}

export function ForkPane({ id, sandbox, known, lines, onScreen }: Props): ReactNode {
  const { t } = useTranslation()
  const differs = lines !== null && lines.length > 0
  const name = sandbox?.name ?? id
  return (
    <section className="fork-pane" aria-label={name} data-differs={differs}>
      <header className="fork-head">
        <h2 className="truncate">
          {sandbox ? (
            <Link to={`/sandboxes/${id}`} aria-label={t('forks.open', { name })}>
              {name}
            </Link>
          ) : (
            name
          )}
        </h2>
        {sandbox && <ClassBadge value={sandbox.class} />}
        {lines && (
          <span className="fork-mark" data-tone={differs ? 'warn' : 'good'}>
            {differs ? <Diff aria-hidden="true" /> : <Check aria-hidden="true" />}
            {differs ? t('forks.paneDiffers', { count: lines.length }) : t('forks.paneSame')}
          </span>
        )}
      </header>
      {sandbox ? (
        <PaneTerminal sandbox={sandbox} lines={lines ?? []} onScreen={onScreen} />
      ) : (
        <p className="fork-words">{known ? t('forks.gone') : t('common.loading')}</p>
      )}
    </section>
  )
}

type TerminalProps = Pick<Props, 'onScreen'> & { readonly sandbox: Sandbox; readonly lines: readonly number[] }

/** Its latest terminal that runs; one is opened where there is none. */
function PaneTerminal({ sandbox, lines, onScreen }: TerminalProps): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const all = useAgent((state) => state.terminals)
  const terminal = terminalsOf(all, sandbox.id).findLast(({ state }) => state === 'running')
  const requested = useRef(false)
  const [screen, setScreen] = useState<Screen | null>(null)
  const missing = live && canDo('openTerminal', sandbox) && !terminal
  useEffect(() => {
    // Once: where it cannot be opened, or was closed, the button is the way.
    if (!missing || requested.current) return
    requested.current = true
    void openShell(sandbox)
  }, [missing, sandbox])
  if (!terminal)
    return (
      <div className="fork-words">
        <p>{t(canDo('openTerminal', sandbox) ? 'forks.none' : 'forks.notRunning')}</p>
        {missing && <Button onClick={() => void openShell(sandbox)}>{t('forks.again')}</Button>}
        {live && canDo('start', sandbox) && (
          <Button onClick={() => void act('start', sandbox)}>{t('forks.start', { name: sandbox.name })}</Button>
        )}
      </div>
    )
  const mount = (made: Screen): (() => void) => {
    setScreen(made)
    const off = onScreen(sandbox.id, made)
    return () => {
      off()
      setScreen(null)
    }
  }
  return (
    <div className="fork-terminal">
      <TerminalView
        key={terminal.id}
        terminal={terminal}
        label={sandbox.name}
        shown
        wanted
        paused={sandbox.state === 'paused'}
        onScreen={mount}
      />
      <LineMarks screen={screen} lines={lines} />
    </div>
  )
}

/** Beside each line that differs, and faintly over it. */
function LineMarks({
  screen,
  lines,
}: {
  readonly screen: Screen | null
  readonly lines: readonly number[]
}): ReactNode {
  const area = screen?.element?.querySelector('.xterm-screen')
  if (!screen || !area || lines.length === 0) return null
  const height = area.clientHeight / screen.rows
  return (
    <div className="fork-lines" aria-hidden="true">
      {lines.map((line) => (
        <div key={line} className="fork-line" style={{ top: line * height, height }} />
      ))}
    </div>
  )
}
