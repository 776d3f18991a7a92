import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
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

/** A file that cannot be read is set aside, so that what is in it is not lost: somebody logs in anew, or mends it. */
export function openRegistryLogins(file: string, onUnreadable: (aside: string) => void): RegistryLogins {
  let kept = new Map(Object.entries(read(file) ?? setAside(file, onUnreadable)))
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

function read(file: string): z.infer<typeof Kept>['registries'] | null {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8'))).registries
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : null
  }
}

/** Under the first name that is free. */
function setAside(file: string, onUnreadable: (aside: string) => void): Record<string, never> {
  const names = Array.from({ length: 1000 }, (_, at) => `${file}.unreadable${at === 0 ? '' : `-${at}`}`)
  const aside = names.find((name) => !existsSync(name)) ?? `${file}.unreadable`
  renameSync(file, aside)
  onUnreadable(aside)
  return {}
}

function byRegistry(one: { readonly registry: string }, other: { readonly registry: string }): number {
  return one.registry < other.registry ? -1 : 1
}
