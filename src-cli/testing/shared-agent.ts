import { afterAll, beforeAll, expect } from 'vitest'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { type JoeyOptions, makeTestAgent, type Ran, startTestAgent, type TestAgent } from './joey.ts'

/** The agent that all tests of one file share, with what most of them do. */
export interface SharedTestAgent extends Omit<TestAgent, 'dispose'> {
  /** The sandboxes that `joey ls --json` names. */
  list(...args: string[]): Promise<Sandbox[]>
  /** A sandbox that waits, for tests that need one to work on. */
  startSleeper(name: string, ...options: string[]): Promise<void>
  /** What a command prints with `--json`; fails the test where it ends with another code. */
  json<T>(args: readonly string[], code?: number): Promise<T>
  /** Classes that this machine offers, weakest first. */
  offered(): Promise<readonly IsolationClass[]>
}

/** One agent for all tests of a file: begun before the first, and removed with all it made after the last. */
export function shareTestAgent(): SharedTestAgent {
  let made: TestAgent | undefined
  const testAgent = (): TestAgent => {
    if (!made) throw new Error('The agent is there in tests and hooks only.')
    return made
  }
  beforeAll(async () => {
    made = makeTestAgent()
    await startTestAgent(made)
  }, 60_000)
  afterAll(() => made?.dispose(), 120_000)

  const joey = (args: readonly string[], options?: JoeyOptions): Promise<Ran> => testAgent().joey(args, options)
  async function json<T>(args: readonly string[], code = 0): Promise<T> {
    const ran = await joey([...args, '--json'])
    expect(ran.code, ran.stderr).toBe(code)
    return JSON.parse(ran.stdout) as T
  }
  return {
    get home() {
      return testAgent().home
    },
    joey,
    json,
    start: (args) => testAgent().start(args),
    pty: (args, size) => testAgent().pty(args, size),
    shell: (script) => testAgent().shell(script),
    list: (...args) => json<Sandbox[]>(['ls', ...args]),
    async startSleeper(name, ...options) {
      const ran = await joey(['run', '-d', '--name', name, ...options, 'busybox', 'sleep', '1000'])
      expect(ran).toMatchObject({ code: 0, stderr: '' })
    },
    async offered() {
      const profiles = await json<{ readonly class: IsolationClass; readonly available: boolean }[]>(['class', 'ls'])
      return profiles.filter(({ available }) => available).map((profile) => profile.class)
    },
  }
}
