import { setTimeout as sleep } from 'node:timers/promises'
import type { IsolationClass } from '#contract/sandbox'
import { joeyScript } from '../paths.ts'
import { Problem } from '../problem.ts'
import { type Finished, run } from '../process/run.ts'

/** An emulated machine takes its time. */
const longestMs = 45 * 60_000
const pauseMs = 300

/** The command line on the private agent of the run, for the sandboxes of one class. */
export interface Joey {
  readonly class: IsolationClass
  /** Gives what it printed; fails with its words where it ends with anything but 0. */
  (...args: readonly string[]): Promise<string>
  /** Gives how it ended, whatever that was. */
  attempt(...args: readonly string[]): Promise<Finished>
  /** Tries until it ends with 0 and prints what is wanted, and gives what it printed. */
  until(wanted: RegExp, ...args: readonly string[]): Promise<string>
  /** Starts a sandbox in the background that has the name. */
  start(name: string, options: readonly string[], image: string, ...command: readonly string[]): Promise<string>
}

/** Every command belongs to `env`, and with it to one agent. */
export function createJoey(own: IsolationClass, env: NodeJS.ProcessEnv): Joey {
  const attempt = (...args: readonly string[]): Promise<Finished> =>
    run(joeyScript, args, { env, timeoutMs: longestMs })
  const joey = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await attempt(...args)
    if (code === 0) return stdout
    throw new Problem(`joey ${args.join(' ')} ended with ${code}.`, `${stdout.slice(-2000)}${stderr.slice(-2000)}`)
  }
  return Object.assign(joey, {
    class: own,
    attempt,
    until: async (wanted: RegExp, ...args: readonly string[]) => {
      const end = performance.now() + longestMs
      for (;;) {
        const { code, stdout, stderr } = await attempt(...args)
        if (code === 0 && wanted.test(stdout)) return stdout
        if (performance.now() > end)
          throw new Problem(`joey ${args.join(' ')} never printed ${wanted}.`, stdout + stderr)
        await sleep(pauseMs)
      }
    },
    start: (name: string, options: readonly string[], image: string, ...command: readonly string[]) =>
      joey('run', '-d', '--name', name, '--class', own, ...options, image, '--', ...command),
  })
}

/** Fails where a text lacks what it should have. */
export function requireText(text: string, wanted: RegExp, what: string): void {
  if (!wanted.test(text)) throw new Problem(`${what}: ${wanted} is not in what came.`, text.slice(-2000))
}

/** What it has printed, on both of its streams. */
export async function logOf(joey: Joey, name: string): Promise<string> {
  const { stdout, stderr } = await joey.attempt('logs', name)
  return stdout + stderr
}

/** Ends it in peace: what it had to do at its end was done, and it was not killed. */
export async function stopInPeace(joey: Joey, name: string): Promise<void> {
  await joey('stop', '--time', '120', name)
  const [{ exit } = { exit: null }] = JSON.parse(await joey('inspect', name)) as { exit: { code: number } | null }[]
  if (exit === null || exit.code === 137) throw new Problem(`${name} had to be killed.`, JSON.stringify(exit))
}
