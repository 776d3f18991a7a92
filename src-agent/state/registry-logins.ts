import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { RegistryCredential, RegistryHost } from '#contract/image'
import { makePrivateFile } from './private-file.ts'

/** Names and passwords for registries, in a file that only the agent's account can read. */
export interface RegistryLogins {
  list(): readonly { readonly registry: string; readonly username: string }[]
  find(registry: string): RegistryCredential | null
  keep(registry: string, credential: RegistryCredential): void
  /** Whether there was one. */
  forget(registry: string): boolean
}

const Kept = z.strictObject({ registries: z.record(RegistryHost, RegistryCredential) })

/** A file that cannot be read is as none: somebody logs in anew. */
export function openRegistryLogins(file: string): RegistryLogins {
  let kept = new Map(Object.entries(read(file)))
  const write = (next: typeof kept): void => {
    const fresh = `${file}.part`
    makePrivateFile(fresh)
    writeFileSync(fresh, JSON.stringify({ registries: Object.fromEntries(next) }), { mode: 0o600, flush: true })
    renameSync(fresh, file)
    kept = next
  }
  return {
    list: () => [...kept].map(([registry, { username }]) => ({ registry, username })).sort(byRegistry),
    find: (registry) => kept.get(registry) ?? null,
    keep: (registry, credential) => write(new Map(kept).set(registry, credential)),
    forget(registry) {
      if (!kept.has(registry)) return false
      write(new Map([...kept].filter(([each]) => each !== registry)))
      return true
    },
  }
}

function read(file: string): z.infer<typeof Kept>['registries'] {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8'))).registries
  } catch {
    return {}
  }
}

function byRegistry(one: { readonly registry: string }, other: { readonly registry: string }): number {
  return one.registry < other.registry ? -1 : 1
}
