import { systemPath } from './system-program.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What Joey's own settings are called. Nothing else of the caller's environment reaches the agent. */
const settings = ['JOEY_HOME', 'JOEY_RUNTIME', 'JOEY_LOG_LEVEL', 'JOEY_OUTER_MOUNTS'] as const

/**
 * How the C library of the agent keeps memory. By default it makes an area for each thread, and after the first large piece that
 * was given back it keeps others for later: of an agent that rests that was a tenth, and after an import a third.
 * See mallopt(3); the sizes are those that it begins with.
 */
export const agentMemory = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
} as const

/**
 * The whole environment of the agent. It runs as root for whoever starts it, so a variable that would load code
 * (`NODE_OPTIONS`, `LD_PRELOAD`), name a program (`PATH`) or change what others read (`SSL_CERT_FILE`, proxies, homes)
 * stays with the caller: only the names in this list go on.
 */
export function agentEnvironment(caller: Variables): Record<string, string> {
  const chosen = settings.flatMap((name) => {
    const value = caller[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { PATH: systemPath, LC_ALL: 'C.UTF-8', ...agentMemory, ...Object.fromEntries(chosen) }
}
