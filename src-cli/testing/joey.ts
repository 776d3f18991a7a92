import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { type IPty, spawn as spawnPty } from '@lydell/node-pty'
import type { AgentInfo } from '#contract/agent'
import { shareTemplates } from '#contract/client/testing/shared-templates'

const entry = resolve(import.meta.dirname, '../index.ts')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as bytes. */
  readonly bytes: Buffer
}

export interface JoeyOptions {
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** After this long the command line is killed and the test fails. */
  readonly deadlineMs?: number
}

/** An agent of its own: a state folder, and the command line that works on it. */
export interface TestAgent {
  readonly home: string
  joey(args: readonly string[], options?: JoeyOptions): Promise<Ran>
  /** Started, not waited for. */
  start(args: readonly string[]): ChildProcess
  /** In a terminal of its own. */
  pty(args: readonly string[], size?: { readonly cols: number; readonly rows: number }): TypedPty
  /** A shell in a terminal of its own, in which `joey` is the command line. */
  shell(script: string): TypedPty
  /** Removes everything that was made there, agent and sandboxes too. */
  dispose(): Promise<void>
}

export interface TypedPty {
  readonly pty: IPty
  /** Everything shown so far. */
  readonly shown: () => string
  /** Resolves when the text has been shown, within the deadline. */
  waitFor(text: string | RegExp, deadlineMs?: number): Promise<void>
  readonly exited: Promise<number>
}

/** A short path, because sockets lie below it. */
export function makeTestAgent(): TestAgent {
  const home = mkdtempSync('/tmp/jy-')
  shareTemplates(home)
  const env = { ...process.env, JOEY_HOME: home, TERM: 'xterm-256color' }
  const joey: TestAgent['joey'] = (args, options = {}) => {
    const child = spawn(process.execPath, [entry, ...args], { cwd: options.cwd, env: { ...env, ...options.env } })
    return collect(child, options)
  }
  return {
    home,
    joey,
    start: (args) => spawn(process.execPath, [entry, ...args], { env }),
    pty: (args, size = { cols: 80, rows: 24 }) => openPty([process.execPath, entry, ...args], env, size),
    shell: (script) => {
      const whole = `joey() { '${process.execPath}' '${entry}' "$@"; }; ${script}`
      return openPty(['/bin/sh', '-c', whole], env, { cols: 80, rows: 24 })
    },
    async dispose() {
      await joey(['rm', '-fa'])
      await joey(['agent', 'stop', '--sandboxes', 'stop'])
      unmountBelow(home)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function collect(child: ChildProcess, { input, deadlineMs = 30_000 }: JoeyOptions): Promise<Ran> {
  return new Promise((done, fail) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(new Error(`No end after ${deadlineMs} ms. stderr: ${Buffer.concat(err).toString()}`))
    }, deadlineMs)
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', fail)
    child.on('close', (code) => {
      clearTimeout(timer)
      const bytes = Buffer.concat(out)
      done({ code, bytes, stdout: bytes.toString('utf8'), stderr: Buffer.concat(err).toString('utf8') })
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

function openPty(
  [program = '', ...args]: string[],
  env: NodeJS.ProcessEnv,
  { cols, rows }: { cols: number; rows: number },
): TypedPty {
  const pty = spawnPty(program, args, {
    cols,
    rows,
    env: env as Record<string, string>,
    name: 'xterm-256color',
  })
  let text = ''
  const listeners = new Set<() => void>()
  pty.onData((data) => {
    text += data
    for (const listener of listeners) listener()
  })
  const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))
  return {
    pty,
    shown: () => text,
    exited,
    waitFor: (wanted, deadlineMs = 10_000) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return
          clearTimeout(timer)
          listeners.delete(check)
          resolve()
        }
        const timer = setTimeout(
          () => reject(new Error(`${String(wanted)} was not shown. Shown: ${JSON.stringify(text)}`)),
          deadlineMs,
        )
        listeners.add(check)
        check()
      }),
  }
}

/** A test that fails in the middle must not leave mounts that keep the folder from being removed. */
function unmountBelow(folder: string): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
  for (const path of mounts.reverse()) execFileSync('umount', ['-l', path], { stdio: 'ignore' })
}

/** Starts the agent; resolves with what it reports about itself. */
export async function startTestAgent(testAgent: TestAgent): Promise<AgentInfo> {
  const started = await testAgent.joey(['agent', 'start'])
  if (started.code !== 0) throw new Error(`The agent did not start: ${started.stderr}`)
  return JSON.parse((await testAgent.joey(['agent', 'status', '--json'])).stdout) as AgentInfo
}
