import { portText } from '#contract/port-text'
import type { Sandbox, SandboxState } from '#contract/sandbox'
import type { Cell, Colour, Column } from './table.ts'
import { shorten } from './table.ts'
import { formatAgo, formatArgv, formatSpan } from './words.ts'

const colours: Partial<Record<SandboxState, Colour>> = { running: 'green', paused: 'yellow', stopped: 'gray' }

/** The columns of `joey ls`. */
export function sandboxColumns(now: Date, { whole }: { readonly whole: boolean }): readonly Column<Sandbox>[] {
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'IMAGE', cell: ({ image }) => image },
    { title: 'CLASS', cell: (sandbox) => sandbox.class },
    { title: 'STATE', cell: (sandbox) => stateCell(sandbox, now) },
    { title: 'CREATED', cell: ({ createdAt }) => formatAgo(createdAt, now) },
    { title: 'PORTS', cell: ({ ports }) => ports.map(formatPort).join(', ') },
    { title: 'COMMAND', cell: ({ argv }) => (whole ? formatArgv(argv) : shorten(formatArgv(argv), 40)) },
  ]
}

function stateCell(sandbox: Sandbox, now: Date): Cell {
  const colour = sandbox.health === 'unhealthy' ? 'red' : colours[sandbox.state]
  const text = describeStatus(sandbox, now)
  return colour ? { text, colour } : text
}

/** Its state in a few words: for how long, or how it ended, and what comes. */
export function describeStatus(sandbox: Sandbox, now: Date): string {
  const { state, startedAt, exit, restartsAt, health, pausedFor } = sandbox
  const stands =
    pausedFor === null ? describeState(state, startedAt, exit, now) : `${state} (disk of this machine full)`
  const ended = `${stands}${describeHealth(health)}`
  return restartsAt === null ? ended : `${ended}, starts again${inTime(restartsAt, now)}`
}

/** As Docker has it. */
function describeHealth(health: Sandbox['health']): string {
  if (health === null) return ''
  return health === 'starting' ? ' (health: starting)' : ` (${health})`
}

function inTime(at: string, now: Date): string {
  const ms = Date.parse(at) - now.getTime()
  return ms < 1000 ? '' : ` in ${formatSpan(ms)}`
}

function describeState(state: SandboxState, startedAt: string | null, exit: Sandbox['exit'], now: Date): string {
  if (state === 'running' && startedAt) return `running ${formatSpan(now.getTime() - Date.parse(startedAt))}`
  if (state !== 'stopped' || !exit) return state
  if (exit.reason === 'oom') return 'stopped (out of memory)'
  return exit.code === null ? 'stopped (unknown)' : `stopped (${exit.code})`
}

/** Where a port is on this machine. */
export function formatPort({ hostPort, guestPort, protocol }: Sandbox['ports'][number]): string {
  return `127.0.0.1:${hostPort}->${portText(guestPort, protocol)}`
}
