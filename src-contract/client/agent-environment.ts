import { systemPath } from './system-program.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What Joey's own settings are called. Nothing else of the caller's environment reaches the agent. */
const settings = ['JOEY_HOME', 'JOEY_RUNTIME', 'JOEY_LOG_LEVEL', 'JOEY_OUTER_MOUNTS'] as const

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
  return { PATH: systemPath, LC_ALL: 'C.UTF-8', ...Object.fromEntries(chosen) }
}
