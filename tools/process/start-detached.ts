import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** What to start, and where its output goes. */
export interface DetachedOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
}

/** A program that outlives this one. */
export interface Detached {
  /** Also the id of its process group. */
  readonly pid: number
  /** Its exit code, null when a signal ended it. Waiting for it does not keep this process alive. */
  readonly ended: Promise<number | null>
}

/** Starts a program that outlives this one, as the leader of its own process group. Rejects `ended` if it cannot start. */
export function startDetached({ program, args, env, logFile }: DetachedOptions): Detached {
  const log = openSync(logFile, 'w')
  try {
    const child = spawn(program, [...args], { detached: true, stdio: ['ignore', log, log], env })
    const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>()
    child.once('error', reject)
    child.once('exit', resolve)
    child.unref()
    return { pid: child.pid ?? 0, ended }
  } finally {
    closeSync(log)
  }
}
