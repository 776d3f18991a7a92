import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pingAgent } from './ping-agent.ts'

let folder: string
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-ping-'))
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function listen(answer: RequestListener): Promise<{ socketPath: string }> {
  const socketPath = join(folder, 's')
  server = createServer(answer)
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve))
  return { socketPath }
}

test('an agent that answers is there', async () => {
  const info = {
    pid: 1,
    version: '1',
    socket: '/s',
    home: '/h',
    startedAt: '2026-01-01T00:00:00Z',
    nodeVersion: 'v24',
    log: '/l',
  }
  const address = await listen((_request, response) => response.end(JSON.stringify(info)))

  await expect(pingAgent(address)).resolves.toBeUndefined()
})

test('no socket means that it does not run', async () => {
  const looked = pingAgent({ socketPath: join(folder, 'missing') })

  await expect(looked).rejects.toMatchObject({ wire: { reason: 'agent-not-running' } })
})

test('silence is distinguished from absence', async () => {
  const address = await listen(() => undefined)

  await expect(pingAgent(address, 50)).rejects.toMatchObject({ wire: { reason: 'agent-not-answering' } })
})
