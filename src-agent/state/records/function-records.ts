import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { FunctionName, Invocation, JoeyFunction } from '#contract/function'
import { SandboxName } from '#contract/sandbox'
import { inTransaction } from '../database.ts'
import type { Quarantine } from '../quarantine.ts'

/** A sandbox that was made for a function; on record by its name before it is made. */
export const FunctionInstance = z.strictObject({
  name: SandboxName,
  function: FunctionName,
  revision: z.int().min(1),
})
export type FunctionInstance = z.infer<typeof FunctionInstance>

/** Functions, what was made for them, and their last calls. */
export interface FunctionRecords {
  /** By name. */
  all(): readonly JoeyFunction[]
  get(name: string): JoeyFunction | undefined
  put(each: JoeyFunction): void
  /** With its calls. */
  remove(name: string): void
  instances(): readonly FunctionInstance[]
  putInstance(instance: FunctionInstance): void
  removeInstance(name: string): void
  addInvocation(name: string, invocation: Invocation): void
  /** To the disk, at once. */
  keepInvocations(): void
  /** The newest first. */
  invocations(name: string, last: number): readonly Invocation[]
  /** Of the gateway on this machine's loopback; null: none was chosen yet. */
  gatewayPort(): number | null
  keepGatewayPort(port: number): void
}

/** Of one function. */
const keptInvocations = 1000
const keepEveryMs = 1000

export function openFunctionRecords(database: DatabaseSync, quarantine: Quarantine): FunctionRecords {
  const records = new Map(quarantine.readAll('functions', JoeyFunction))
  const calls = openInvocations(database)
  return {
    all: () => [...records.values()].sort(({ name: one }, { name: other }) => (one < other ? -1 : 1)),
    get: (name) => records.get(name),
    put(each) {
      database
        .prepare(
          'INSERT INTO functions (name, record) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record',
        )
        .run(each.name, JSON.stringify(each))
      records.set(each.name, each)
    },
    remove(name) {
      calls.keepInvocations()
      database.prepare('DELETE FROM functions WHERE name = ?').run(name)
      database.prepare('DELETE FROM invocations WHERE function = ?').run(name)
      records.delete(name)
    },
    ...openInstances(database),
    ...calls,
    gatewayPort() {
      const row = database.prepare('SELECT port FROM gateway').get()
      return row === undefined ? null : Number(row['port'])
    },
    keepGatewayPort: (port) =>
      void database.prepare('INSERT OR REPLACE INTO gateway (id, port) VALUES (1, ?)').run(port),
  }
}

function openInstances(database: DatabaseSync): Pick<FunctionRecords, 'instances' | 'putInstance' | 'removeInstance'> {
  const insert = database.prepare('INSERT OR REPLACE INTO function_instances (name, record) VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM function_instances WHERE name = ?')
  return {
    instances: () =>
      database
        .prepare('SELECT record FROM function_instances')
        .all()
        .flatMap(({ record }) => FunctionInstance.safeParse(JSON.parse(String(record))).data ?? []),
    putInstance: (instance) => void insert.run(instance.name, JSON.stringify(instance)),
    removeInstance: (name) => void remove.run(name),
  }
}

/**
 * Calls are kept together each second: a commit of its own for each would hold up all others. What an agent that is killed has not
 * kept yet is lost, and so is what a full disk does not take: the calls themselves have been answered.
 */
function openInvocations(
  database: DatabaseSync,
): Pick<FunctionRecords, 'addInvocation' | 'invocations' | 'keepInvocations'> {
  const insert = database.prepare('INSERT INTO invocations (function, record) VALUES (?, ?)')
  const select = database.prepare('SELECT record FROM invocations WHERE function = ? ORDER BY seq DESC LIMIT ?')
  const drop = database.prepare(
    'DELETE FROM invocations WHERE function = ?1 AND seq <= (SELECT seq FROM invocations WHERE function = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)',
  )
  const waiting: { readonly name: string; readonly text: string }[] = []
  let timer: NodeJS.Timeout | undefined
  const keepInvocations = (): void => {
    clearTimeout(timer)
    timer = undefined
    const now = waiting.splice(0)
    if (now.length === 0) return
    try {
      inTransaction(database, () => {
        for (const { name, text } of now) insert.run(name, text)
        for (const name of new Set(now.map((each) => each.name))) drop.run(name, keptInvocations)
      })
    } catch {
      // See above.
    }
  }
  return {
    keepInvocations,
    addInvocation(name, invocation) {
      waiting.push({ name, text: JSON.stringify(invocation) })
      timer ??= setTimeout(keepInvocations, keepEveryMs).unref()
    },
    invocations(name, last) {
      keepInvocations()
      return select.all(name, last).flatMap(({ record }) => Invocation.safeParse(JSON.parse(String(record))).data ?? [])
    },
  }
}
