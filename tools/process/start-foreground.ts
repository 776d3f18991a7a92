import { spawn } from 'node:child_process'

/** A program that shares this one's terminal and is stopped by it. */
export interface Foreground {
  /** Ends the program and what it started. Stopping twice is no error. */
  stop(): Promise<void>
}

interface ForegroundOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** Starts a program in its own process group, so that stopping it also ends what it started. */
export function startForeground({ program, args, env }: ForegroundOptions): Foreground {
  const child = spawn(program, [...args], { detached: true, stdio: 'inherit', env })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return {
    async stop() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      } catch {
        // It has ended already.
      }
      await ended
    },
  }
}
