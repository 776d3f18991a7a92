import { readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxId } from '#contract/sandbox'

/**
 * A sandbox whose memory was saved goes on in another sentry, which is made while the first still runs. runsc cannot have
 * two of one name (their control sockets are abstract, by name), so the successor has the other one of two names.
 * A name is never the beginning of another: runsc takes abbreviations.
 */
export interface EngineNames {
  /** What runsc calls the sandbox now. */
  current(id: SandboxId): string
  /** The name that is free. */
  other(id: SandboxId): string
  /** Holds the name where it is not the id; a successor puts itself there. */
  file(id: SandboxId): string
  /** While this is there, a monitor that it names works on its own at the change from one sentry to the next. */
  workFile(id: SandboxId): string
  /** runsc's record of a sandbox, there once its sentry waits. */
  recordFile(name: string): string
  /** Removes all records of that sandbox, under both names, but touches no process. */
  forget(id: SandboxId): Promise<void>
}

const second = (id: SandboxId) => `again.${id}`

export function createEngineNames(runtimeRoot: string): EngineNames {
  const file = (id: SandboxId) => join(runtimeRoot, `${id}.name`)
  const workFile = (id: SandboxId) => join(runtimeRoot, `${id}.saving`)
  const current = (id: SandboxId) => readName(file(id)) ?? id
  return {
    current,
    other: (id) => (current(id) === id ? second(id) : id),
    file,
    workFile,
    recordFile: (name) => join(runtimeRoot, `${name}_sandbox:${name}.state`),
    async forget(id) {
      const entries = await readdir(runtimeRoot).catch(() => [])
      const isOwn = (entry: string) => [id, second(id)].some((name) => entry.startsWith(`${name}_sandbox:`))
      const own = entries.filter(isOwn).map((entry) => join(runtimeRoot, entry))
      for (const path of [...own, file(id), workFile(id)]) await rm(path, { force: true })
    },
  }
}

function readName(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
