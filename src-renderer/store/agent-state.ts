import type { AgentLink } from '#contract/app'
import type { AgentEvent, AnyEvent } from '#contract/observe'
import type { Settings } from '#contract/settings'
import { type Images, reduceImages } from './image-slice.ts'
import { reduceSandboxes, type Sandboxes } from './sandbox-slice.ts'
import { initialSettings, reduceSettings } from './settings-slice.ts'
import { reduceSnapshots, type Snapshots } from './snapshot-slice.ts'
import { reduceTasks, type Tasks } from './task-slice.ts'
import { reduceTerminals, type Terminals } from './terminal-slice.ts'
import { reduceVolumes, type Volumes } from './volume-slice.ts'

/** Everything the agent reports. Only {@link applyEvent} and {@link applyLink} make new ones. */
export interface AgentState {
  readonly link: AgentLink
  /** Of the latest event; null before the first whole state since the page began. */
  readonly seq: number | null
  /** No whole state has come since the link was last lost: what is here may be out of date. */
  readonly stale: boolean
  readonly sandboxes: Sandboxes
  readonly images: Images
  readonly terminals: Terminals
  readonly tasks: Tasks
  readonly snapshots: Snapshots
  readonly volumes: Volumes
  /** Of the agent, for all its clients. What is this window's own is in `settings.ts`. */
  readonly settings: Settings
}

export const initialAgentState: AgentState = {
  link: { state: 'connecting' },
  seq: null,
  stale: false,
  sandboxes: new Map(),
  images: new Map(),
  terminals: new Map(),
  tasks: new Map(),
  snapshots: new Map(),
  volumes: new Map(),
  settings: initialSettings,
}

/** Pure. A late event changes nothing; one after a gap must not come here, see {@link missedEvents}. */
export function applyEvent(state: AgentState, event: AgentEvent): AgentState {
  if (event.type !== 'state' && (state.seq === null || event.seq <= state.seq)) return state
  return {
    ...state,
    seq: event.seq,
    stale: event.type === 'state' ? false : state.stale,
    sandboxes: reduceSandboxes(state.sandboxes, event),
    images: reduceImages(state.images, event),
    terminals: reduceTerminals(state.terminals, event),
    tasks: reduceTasks(state.tasks, event),
    snapshots: reduceSnapshots(state.snapshots, event),
    volumes: reduceVolumes(state.volumes, event),
    settings: reduceSettings(state.settings, event),
  }
}

/** One that says nothing to this version. */
export function skipEvent(state: AgentState, { seq }: AnyEvent): AgentState {
  return state.seq === null || seq <= state.seq ? state : { ...state, seq }
}

/** True when events lie between what is known and this one, so that only the whole state helps. */
export function missedEvents(state: AgentState, event: AnyEvent): boolean {
  return event.type !== 'state' && (state.seq === null || event.seq > state.seq + 1)
}

/** Old data stays when the link drops; it is only marked. */
export function applyLink(state: AgentState, link: AgentLink): AgentState {
  return { ...state, link, stale: state.seq !== null && (state.stale || link.state !== 'live') }
}
