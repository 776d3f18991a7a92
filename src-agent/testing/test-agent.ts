import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { WebSocket } from 'ws'
import type { AgentInfo } from '#contract/agent'
import { type Client, createClient } from '#contract/client/client'
import { openStream } from '#contract/client/open-stream'
import { findPlace, type Place } from '#contract/client/place'
import { shareTemplates } from '#contract/client/testing/shared-templates'
import type { ProcessDown } from '#contract/process'
import { attachStream, type ExecRequest, execStream } from '#contract/process'
import { SandboxSpec } from '#contract/sandbox'
import { start } from '../base/process/run.ts'

const source = fileURLToPath(new URL('../index.ts', import.meta.url))
const startMs = 20_000

/** A real agent on a state folder of its own, for tests; from source, or from the built file where speed is measured. */
export interface TestAgent {
  readonly place: Place
  readonly client: Client
  /** Starts it (again); resolves when it answers. */
  start(): Promise<AgentInfo>
  /** The one that was started last, whether it answers yet or not; null where there is none. */
  pid(): number | null
  /** As if the machine had torn it away, in the middle of its start too. */
  murder(): Promise<void>
  /** Runs a command; resolves with all of its output. */
  exec(ref: string, request: Partial<ExecRequest> & { argv: string[] }, input?: Buffer): Promise<Finished>
  /** Output and end of the main process from the start of its run. */
  attach(ref: string): Promise<Finished>
  /** Removes everything: sandboxes, agent, folder. Call it in afterAll, whatever happened. */
  dispose(): Promise<void>
}

export interface Finished {
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly end: Extract<ProcessDown, { type: 'exit' }>
}

export function createTestAgent(
  env: Record<string, string> = {},
  entry = source,
  umask = '022',
  home = mkdtempSync(join(tmpdir(), 'jy-')),
): TestAgent {
  shareTemplates(home)
  const place = findPlace({ JOEY_HOME: home }, 0)
  const client = createClient(place)
  let pid: number | null = null

  const startAgent = async () => {
    const outer = readlinkSync('/proc/self/ns/mnt')
    const node = [process.execPath, '--max-semi-space-size=1', '--', entry]
    const child = start('sh', ['-c', 'umask "$0"; exec unshare --mount --propagation slave "$@"', umask, ...node], {
      env: { ...process.env, ...env, JOEY_HOME: home, JOEY_OUTER_MOUNTS: outer },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // It becomes the agent: neither the shell nor unshare stays.
    const own = child.pid ?? null
    pid = own
    let words = ''
    child.stdio[2]?.on('data', (chunk: Buffer) => {
      words += chunk.toString('utf8')
    })
    const deadline = Date.now() + startMs
    for (;;) {
      const info = await client.readAgent({}).catch(() => null)
      if (info && info.pid === own) return info
      const ended = child.exitCode ?? child.signalCode
      if (ended !== null) throw new Error(`The agent ended with ${ended}: ${words}`)
      if (Date.now() > deadline) throw new Error(`The agent did not answer: ${words}`)
      await sleep(20)
    }
  }

  return {
    place,
    client,
    start: startAgent,
    pid: () => pid,
    async murder() {
      if (pid !== null) process.kill(pid, 'SIGKILL')
      while (pid !== null && isThere(pid)) await sleep(5)
      pid = null
    },
    exec: (ref, request, input) => {
      const socket = openStream(place, execStream, { ref })
      const wish = { type: 'exec' as const, stdin: input !== undefined, ...request }
      return collect(socket, () => {
        socket.send(JSON.stringify(wish))
        if (input) sendInput(socket, input)
      })
    },
    attach: (ref) => collect(openStream(place, attachStream, { ref }), () => undefined),
    async dispose() {
      if (!(await client.readAgent({}).catch(() => null))) await startAgent().catch(() => null)
      const all = await client.listSandboxes({ all: true }).catch(() => [])
      await Promise.allSettled(all.map(({ id }) => client.removeSandbox({ ref: id, force: true })))
      await client.stopAgent({ sandboxes: 'stop' }).catch(() => null)
      while (pid !== null && isThere(pid)) await sleep(10)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A busybox sandbox that runs a script. */
export function scriptSpec(script: string, more: Partial<SandboxSpec> = {}): SandboxSpec {
  return { ...SandboxSpec.parse({ image: 'busybox', command: ['sh', '-c', script], network: 'none' }), ...more }
}

function sendInput(socket: WebSocket, input: Buffer): void {
  for (let at = 0; at < input.length; at += 256 * 1024) socket.send(input.subarray(at, at + 256 * 1024))
  socket.send(JSON.stringify({ type: 'stdinEnd' }))
}

function collect(socket: WebSocket, onOpen: () => void): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const parts: { 1: Buffer[]; 2: Buffer[] } = { 1: [], 2: [] }
    let end: Finished['end'] | null = null
    let failure = ''
    socket.once('open', onOpen)
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      if (isBinary) parts[bytes[0] === 2 ? 2 : 1].push(bytes.subarray(1))
      else {
        const message = JSON.parse(bytes.toString('utf8')) as ProcessDown
        if (message.type === 'exit') {
          // The last message of a stream; nothing of the process comes after it.
          end = message
          resolve({ stdout: Buffer.concat(parts[1]), stderr: Buffer.concat(parts[2]), end })
        } else if (message.type !== 'started') failure = bytes.toString('utf8')
      }
    })
    socket.once('error', reject)
    socket.once('close', () => {
      if (!end) reject(new Error(failure || 'The stream closed before the end.'))
    })
  })
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
