import type { DatabaseSync } from 'node:sqlite'
import { AgentEvent, type Fact } from '#contract/observe'
import { inTransaction } from './database.ts'

export type Listener = (event: AgentEvent) => void

/** How many events can be requested again; older ones are answered by the whole state. */
const keptEvents = 10_000
const trimEvery = 500

/**
 * The one ordered stream of facts. An event and the change of record that it announces are one transaction, so
 * neither exists without the other, and `seq` goes on over restarts of the agent.
 */
export interface EventLog {
  readonly seq: number
  /** Commits `change` (statements) together with its facts, then calls `applied` (memory), then notifies the listeners. */
  commit(facts: readonly Fact[], change?: () => void, applied?: () => void): void
  /** Events after `seq`, or null where they are no longer, or not yet, known. */
  since(seq: number): AgentEvent[] | null
  subscribe(listener: Listener): () => void
}

export function createEventLog(database: DatabaseSync, now: () => Date): EventLog {
  const insert = database.prepare('INSERT INTO events (seq, event) VALUES (?, ?)')
  const trim = database.prepare('DELETE FROM events WHERE seq <= ?')
  const newest = database.prepare('SELECT max(seq) AS seq FROM events').get() as { seq: number | null }
  const oldest = database.prepare('SELECT min(seq) AS seq FROM events')
  const after = database.prepare('SELECT event FROM events WHERE seq > ? ORDER BY seq')
  const listeners = new Set<Listener>()
  const deliver = createDelivery(listeners)
  let seq = newest.seq ?? 0

  const write = (facts: readonly Fact[]) => {
    const at = now().toISOString()
    return facts.map((fact, index) => {
      const event = { ...fact, seq: seq + index + 1, at } as AgentEvent
      insert.run(event.seq, JSON.stringify(event))
      if (event.seq % trimEvery === 0) trim.run(event.seq - keptEvents)
      return event
    })
  }

  return {
    get seq() {
      return seq
    },
    commit(facts, change, applied) {
      const events = inTransaction(database, () => {
        change?.()
        return write(facts)
      })
      seq += events.length
      applied?.()
      deliver(events)
    },
    since(wanted) {
      if (wanted > seq) return null
      const first = (oldest.get() as { seq: number | null }).seq ?? seq + 1
      if (wanted < first - 1) return null
      return after.all(wanted).flatMap((row) => readEvent(String(row['event'])) ?? [])
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** A listener may commit facts of its own: all listeners still hear everything in order. */
function createDelivery(listeners: ReadonlySet<Listener>): (events: readonly AgentEvent[]) => void {
  const undelivered: AgentEvent[] = []
  let isDelivering = false
  return (events) => {
    undelivered.push(...events)
    if (isDelivering) return
    isDelivering = true
    try {
      for (let event = undelivered.shift(); event; event = undelivered.shift()) {
        for (const listener of listeners) listener(event)
      }
    } finally {
      isDelivering = false
    }
  }
}

/** Null for an event in a form of another version: whoever comes back for it does without. */
function readEvent(text: string): AgentEvent | null {
  try {
    return AgentEvent.parse(JSON.parse(text))
  } catch {
    return null
  }
}
