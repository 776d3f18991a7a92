import type { Sandbox, SandboxState } from '#contract/sandbox'

export const verbs = [
  'start',
  'stop',
  'restart',
  'pause',
  'resume',
  'kill',
  'remove',
  'openTerminal',
  'changeClass',
] as const
export type SandboxVerb = (typeof verbs)[number]

const allowed: Readonly<Record<SandboxVerb, readonly SandboxState[]>> = {
  start: ['created', 'stopped'],
  stop: ['running', 'paused'],
  restart: ['running', 'paused'],
  pause: ['running'],
  resume: ['paused'],
  kill: ['running', 'paused', 'stopping'],
  remove: ['created', 'running', 'paused', 'stopping', 'stopped'],
  openTerminal: ['running'],
  changeClass: ['created', 'running', 'paused', 'stopped'],
}

/** What makes sense in a state. The agent decides in the end; this keeps senseless buttons away. */
export function canDo(verb: SandboxVerb, { state }: Pick<Sandbox, 'state'>): boolean {
  return allowed[verb].includes(state)
}

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'quiet'

/** How a state looks; its word is always shown beside. */
export function toneOf({ state, exit }: Pick<Sandbox, 'state' | 'exit'>): Tone {
  switch (state) {
    case 'running':
      return 'good'
    case 'paused':
      return 'warn'
    case 'creating':
    case 'starting':
    case 'stopping':
    case 'changing':
    case 'removing':
      return 'busy'
    case 'created':
      return 'quiet'
    case 'stopped':
      return endedBadly(exit) ? 'bad' : 'quiet'
  }
}

/** An end nobody requested. TERM and KILL are how a stop ends it, so they are no failure. */
export function endedBadly(exit: Sandbox['exit']): boolean {
  if (exit === null) return false
  if (exit.reason === 'exited') return exit.code !== 0 && exit.code !== null && exit.code !== 143 && exit.code !== 137
  if (exit.reason === 'signalled') return exit.code !== 143 && exit.code !== 137 && exit.code !== 130
  return exit.reason !== 'host-restarted'
}

export type StateFilter = 'all' | 'running' | 'paused' | 'stopped'

/** Transitional states count to where they lead from a person's view: a starting one is looked for under running. */
export function matchesFilter(filter: StateFilter, { state }: Pick<Sandbox, 'state'>): boolean {
  if (filter === 'all') return true
  if (filter === 'running')
    return state === 'running' || state === 'starting' || state === 'stopping' || state === 'changing'
  if (filter === 'paused') return state === 'paused'
  return state === 'stopped' || state === 'created' || state === 'creating' || state === 'removing'
}
