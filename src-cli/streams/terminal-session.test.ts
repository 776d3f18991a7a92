import { afterEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { terminalAckBytes } from '#contract/words'
import { type FakeAgent, startFakeAgent } from '../testing/fake-agent.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { recordOutput } from '../testing/record-output.ts'
import { clearScreen } from '../tty/screen.ts'
import { showTerminal } from './terminal-session.ts'

const agents: FakeAgent[] = []
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close()
})

async function startAgent(serve: (socket: WebSocket) => void): Promise<FakeAgent> {
  const agent = await startFakeAgent(serve)
  agents.push(agent)
  return agent
}

const terminal = {
  id: '0123456789ab',
  sandboxId: '0123456789ab',
  kind: 'exec',
  argv: ['sh'],
  title: 'sh',
  columns: 80,
  rows: 24,
  state: 'running',
  exitCode: null,
  viewers: 1,
  createdAt: '2026-01-01T00:00:00Z',
} as const
const reset = JSON.stringify({ type: 'reset', terminal, replayBytes: 0 })
const exited = JSON.stringify({ type: 'exited', exitCode: 3 })

async function show(serve: (socket: WebSocket) => void, { fresh = true, isTTY = true } = {}) {
  const agent = await startAgent(serve)
  const stdout = recordOutput({ isTTY, columns: 101, rows: 33 })
  const context = { ...fakeContext(agent.socketPath).context, stdout }
  const end = await showTerminal(context, { terminal, input: false, detachKeys: '', raw: false, fresh })
  return { end, stdout }
}

test('the agent is reported our size, and the exit code comes back', async () => {
  const messages: string[] = []
  const { end } = await show((socket) => {
    socket.on('message', (data: Buffer) => {
      messages.push(data.toString())
      socket.send(exited)
    })
  })
  expect(end).toEqual({ kind: 'exited', code: 3 })
  expect(messages.map((text) => JSON.parse(text) as unknown)).toEqual([{ type: 'resize', columns: 101, rows: 33 }])
})

test('a fresh terminal does not wipe the screen, a second reset does', async () => {
  const script = (socket: WebSocket): void => {
    socket.send(reset)
    socket.send(Buffer.from('one'))
    socket.send(reset)
    socket.send(Buffer.from('two'))
    socket.send(exited)
  }
  expect((await show(script)).stdout.text()).toBe(`one${clearScreen}two`)
  expect((await show(script, { fresh: false })).stdout.text()).toBe(`${clearScreen}one${clearScreen}two`)
  expect((await show(script, { fresh: false, isTTY: false })).stdout.text()).toBe('onetwo')
})

test('what was shown is acknowledged in steps', async () => {
  const acknowledged: number[] = []
  await show((socket) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; bytes?: number }
      if (message.type === 'ack') acknowledged.push(message.bytes ?? 0)
      if (acknowledged.length === 2) socket.send(exited)
    })
    for (let sent = 0; sent < terminalAckBytes * 2; sent += 1024) socket.send(Buffer.alloc(1024))
  })
  expect(acknowledged).toEqual([terminalAckBytes, terminalAckBytes])
})

test('losing the agent is an error, and a full-screen program’s modes are undone', async () => {
  const stdout = recordOutput({ isTTY: true })
  const agent = await startAgent((socket) => socket.send(Buffer.from('\x1b[?1049h'), () => socket.terminate()))
  const context = { ...fakeContext(agent.socketPath).context, stdout }
  const shown = showTerminal(context, { terminal, input: false, detachKeys: '', raw: false, fresh: true })
  await expect(shown).rejects.toMatchObject({ wire: { reason: 'agent-connection-lost' } })
  expect(stdout.text()).toContain('\x1b[?1049l')
})
