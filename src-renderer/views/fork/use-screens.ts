import type { Terminal } from '@xterm/xterm'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Sandbox, SandboxId } from '#contract/sandbox'
import { agentStore } from '../../store/agent-store.ts'
import { type Broadcast, createBroadcast } from '../../terminal/broadcast.ts'
import { type Comparison, compareScreens, maskIdentity } from './screen-diff.ts'

const calmMs = 150

interface Screens {
  readonly add: (id: SandboxId, screen: Terminal) => () => void
  /** Null where it is not looked at, or there is nothing to compare. */
  readonly comparison: Comparison | null
}

/** The screens of the panes: typing into all of them, and comparing what they show, a moment after they change. */
export function useScreens({ broadcasting, comparing }: { broadcasting: boolean; comparing: boolean }): Screens {
  const [screens] = useState(() => new Map<SandboxId, Terminal>())
  const [count, setCount] = useState(0)
  const [comparison, setComparison] = useState<Comparison | null>(null)
  const broadcast = useRef<Broadcast>(null)
  broadcast.current ??= createBroadcast()
  const active = comparing && count > 1
  useEffect(() => broadcast.current?.setOn(broadcasting), [broadcasting])
  useEffect(() => {
    if (!active) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const compare = (): void => {
      timer = undefined
      setComparison(compareScreens(readAll(screens)))
    }
    const later = (): void => {
      timer ??= setTimeout(compare, calmMs)
    }
    const listening = [...screens.values()].flatMap((screen) => [screen.onWriteParsed(later), screen.onScroll(later)])
    compare()
    return () => {
      clearTimeout(timer)
      for (const each of listening) each.dispose()
    }
  }, [screens, active, count])
  const add = useMemo(
    () =>
      (id: SandboxId, screen: Terminal): (() => void) => {
        screens.set(id, screen)
        const off = broadcast.current?.add(screen)
        setCount(screens.size)
        return () => {
          screens.delete(id)
          off?.()
          setCount(screens.size)
        }
      },
    [screens],
  )
  return { add, comparison: active ? comparison : null }
}

function readAll(screens: ReadonlyMap<SandboxId, Terminal>): ReadonlyMap<string, readonly string[]> {
  const { sandboxes } = agentStore.getState()
  return new Map([...screens].map(([id, screen]) => [id, readScreen(screen, identityOf(sandboxes.get(id)))]))
}

function identityOf(sandbox: Sandbox | undefined): readonly (string | null)[] {
  return sandbox ? [sandbox.name, sandbox.id, sandbox.address, sandbox.spec.hostname] : []
}

/** The lines in sight. */
function readScreen({ buffer: { active }, rows }: Terminal, identity: readonly (string | null)[]): readonly string[] {
  return Array.from({ length: rows }, (_, row) => {
    const line = active.getLine(active.viewportY + row)?.translateToString(true) ?? ''
    return maskIdentity(line, identity)
  })
}
