import { spawnSync } from 'node:child_process'

export interface Credential {
  readonly username: string
  readonly password: string
}

const deadlineMs = 30_000
const mostBytes = 1024 * 1024

interface Question {
  /** As in the configuration of Docker: the program is `docker-credential-NAME`. */
  readonly name: string
  readonly server: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Asks one of Docker's helpers, as Docker does. Null where it has nothing, or does not answer as one. */
export function askHelper({ name, server, env }: Question): Credential | null {
  if (!/^[\w.-]+$/.test(name)) return null
  const { status, stdout } = spawnSync(`docker-credential-${name}`, ['get'], {
    ...{ env: { ...env }, input: `${server}\n`, encoding: 'utf8', timeout: deadlineMs, maxBuffer: mostBytes },
    // A helper may have something to say, or to ask on the terminal.
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return status === 0 ? readAnswer(stdout) : null
}

function readAnswer(text: string): Credential | null {
  try {
    const { Username: username, Secret: password } = JSON.parse(text) as Readonly<Record<string, unknown>>
    return typeof username === 'string' && typeof password === 'string' ? { username, password } : null
  } catch {
    return null
  }
}
