import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { spawn as spawnPty } from '@lydell/node-pty'
import headless from '@xterm/headless'
import { WebSocket, WebSocketServer } from 'ws'
import { openStream } from '#contract/client/open-stream'
import { terminalStream } from '#contract/terminal'
import { terminalAckBytes } from '#contract/words'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir } from '../paths.ts'
import type { Effort } from './effort.ts'
import type { Row } from './row.ts'

export const name = 'terminal'

const megabyte = 1_000_000
const wholeMeasuredBytes = 24 * megabyte
const wholeFloodBytes = 200 * megabyte
const turns = 3
const line = 'The quick brown fox jumps over the lazy dog 0123456789.'
const flood = (bytes: number) => `yes "${line}" | head -c ${bytes}`

/** A terminal from the guest to a screen, against a bare pty with the same screen; memory and Ctrl-C under a flood. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const measuredBytes = effort.amount(wholeMeasuredBytes)
  const agent = createTestAgent({}, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    const sandbox = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
    const ours: number[] = []
    const bare: number[] = []
    for (let turn = 0; turn < effort.times(turns); turn += 1) {
      ours.push(await timeTerminal(agent, sandbox.id, measuredBytes))
      bare.push(await timeBarePty(measuredBytes))
    }
    return [
      throughput(measuredBytes, best(ours), best(bare)),
      await measureMemory(agent, sandbox.id, effort.amount(wholeFloodBytes)),
      await measureInterrupt(agent, sandbox.id),
    ]
  } finally {
    await agent.dispose()
  }
}

function throughput(measuredBytes: number, ours: number, bare: number): Row {
  const rate = (ms: number) => measuredBytes / megabyte / (ms / 1000)
  return {
    what: 'terminal throughput',
    ours: rate(ours),
    bare: rate(bare),
    ratio: ours / bare,
    unit: 'MB/s',
    limit: 1 / 0.7,
  }
}

async function measureMemory(agent: TestAgent, id: string, floodBytes: number): Promise<Row> {
  const { pid } = await agent.client.readAgent({})
  const before = residentMb(pid)
  await timeTerminal(agent, id, floodBytes)
  const after = residentMb(pid)
  // Some growth is the one megabyte that is replayed, and what the collector has not yet taken back.
  return {
    what: 'agent after 200 MB of output',
    ours: after,
    bare: before,
    ratio: after / before,
    unit: 'MB',
    limit: 1.5,
  }
}

/** From Ctrl-C in a flood to the last byte of it on the screen. */
async function measureInterrupt(agent: TestAgent, id: string): Promise<Row> {
  const limitMs = 200
  const screen = createScreen()
  const terminal = await agent.client.openTerminal({
    ref: id,
    argv: ['sh', '-c', `trap 'echo; echo ended' INT; yes "${line}"; sleep 100`],
  })
  const socket = openStream(agent.place, terminalStream, { id: terminal.id })
  let shown = 0
  let requestedAt = 0
  const took = await new Promise<number>((resolve) => {
    followScreen(socket, screen, (bytes) => {
      shown += bytes.length
      if (requestedAt === 0 && shown > 4 * megabyte) {
        requestedAt = performance.now()
        socket.send(Buffer.from([3]))
      }
      if (requestedAt > 0 && bytes.includes('ended')) resolve(performance.now() - requestedAt)
    })
  })
  socket.terminate()
  await agent.client.closeTerminal({ id: terminal.id })
  return { what: 'Ctrl-C ends a flood', ours: took, bare: limitMs, ratio: took / limitMs, unit: 'ms', limit: 1 }
}

async function timeTerminal(agent: TestAgent, id: string, bytes: number): Promise<number> {
  const screen = createScreen()
  const started = performance.now()
  const terminal = await agent.client.openTerminal({ ref: id, argv: ['sh', '-c', `sleep 0.2; ${flood(bytes)}`] })
  const socket = openStream(agent.place, terminalStream, { id: terminal.id })
  await new Promise<void>((resolve, reject) => {
    followScreen(socket, screen, () => undefined)
    socket.on('message', (data, isBinary) => {
      if (!isBinary && (data as Buffer).includes('"exited"')) screen.write('', resolve)
    })
    socket.once('error', reject)
  })
  socket.terminate()
  await agent.client.closeTerminal({ id: terminal.id })
  return performance.now() - started - 200
}

/** What the window does: bytes to the screen, acknowledged once they are parsed. */
function followScreen(socket: WebSocket, screen: Screen, onBytes: (bytes: Buffer) => void): void {
  let unacknowledged = 0
  socket.on('message', (data, isBinary) => {
    if (!isBinary) return
    const bytes = data as Buffer
    onBytes(bytes)
    screen.write(bytes, () => {
      unacknowledged += bytes.length
      if (unacknowledged < terminalAckBytes) return
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ack', bytes: unacknowledged }))
      unacknowledged = 0
    })
  })
}

type Screen = InstanceType<typeof headless.Terminal>

function createScreen(): Screen {
  return new headless.Terminal({ cols: 80, rows: 24, scrollback: 1000, allowProposedApi: true })
}

/** The shortest way there is: a pty of the host, a WebSocket, the same screen, with the same kind of flow control. */
async function timeBarePty(measuredBytes: number): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const screen = createScreen()
  const started = performance.now()
  sockets.once('connection', (socket) => {
    const pty = spawnPty('/bin/busybox', ['sh', '-c', `sleep 0.2; ${flood(measuredBytes)}`], {
      cols: 80,
      rows: 24,
      encoding: null,
    })
    let unacknowledged = 0
    pty.onData((data) => {
      const bytes = data as unknown as Buffer
      unacknowledged += bytes.length
      if (unacknowledged > 4 * terminalAckBytes) pty.pause()
      socket.send(bytes)
    })
    socket.on('message', (data) => {
      unacknowledged -= Number((JSON.parse((data as Buffer).toString('utf8')) as { bytes: number }).bytes)
      pty.resume()
    })
    pty.onExit(() => socket.send('{"type":"exited"}'))
  })
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  await new Promise<void>((resolve) => {
    followScreen(client, screen, () => undefined)
    client.on('message', (_data, isBinary) => {
      if (!isBinary) screen.write('', resolve)
    })
  })
  const took = performance.now() - started - 200
  client.terminate()
  sockets.close()
  server.close()
  return took
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
}

function best(times: readonly number[]): number {
  return Math.min(...times)
}
