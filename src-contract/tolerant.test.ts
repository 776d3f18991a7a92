import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { examineHost } from './agent.ts'
import { createClient } from './client/client.ts'
import { eventStream } from './observe.ts'
import type { Operation, Stream } from './operation.ts'
import { operations, streams } from './registry.ts'
import { createSandbox, listSandboxes } from './sandbox-operations.ts'
import * as newer from './testing/newer-agent.ts'
import { isUnknownKind, mayGrow, parseAnswer } from './tolerant.ts'

const json = (value: unknown): string => JSON.stringify(value)

/** A client of an agent that gives the same answer to everything. */
async function clientOf(status: number, answer: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'jy-newer-'))
  const socketPath = join(folder, 'joeyd.sock')
  const server = createServer((_request, response) => response.writeHead(status).end(json(answer)))
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })
  return createClient({ socketPath })
}

test('a client reads the answer of a later agent, without the fields that it does not know', async () => {
  const client = await clientOf(200, newer.sandboxes)
  const [sandbox] = await client.listSandboxes({})

  expect(sandbox).toMatchObject({ name: 'web', spec: { env: { A: '1' } }, ports: [{ hostPort: 8080, guestPort: 80 }] })
  expect(json(sandbox)).not.toContain('futureField')
})

test('a client takes words that it does not know for those that say the least', async () => {
  const client = await clientOf(200, newer.sandboxes)
  const [sandbox] = await client.listSandboxes({})
  expect(sandbox).toMatchObject({ state: 'changing', exit: { reason: 'exited', message: 'Moved to another machine.' } })

  const host = parseAnswer(examineHost.response, newer.host)
  expect(host.data?.findings).toMatchObject([{ id: 'account', level: 'warning', remedy: null }])
})

test('a refusal of a later agent keeps its sentence and reason', async () => {
  const client = await clientOf(429, newer.refusal)
  await expect(client.inspectSandbox({ ref: 'nope' })).rejects.toMatchObject({
    wire: { code: 'internal', reason: 'sandbox-not-found', message: newer.refusal.message, params: { ref: 'nope' } },
  })
})

test('the state that a later agent sends is read, and an event of a new type is known as such', () => {
  const state = parseAnswer(eventStream.down, newer.state)
  expect(state.data).toMatchObject({ type: 'state', tasks: [{ kind: 'other', phase: 'working', subject: 'f' }] })

  const event = parseAnswer(eventStream.down, newer.newEvent)
  expect(event.success).toBe(false)
  expect(event.error && isUnknownKind(event.error)).toBe(true)
})

test('an answer that lacks what this version needs, or has another form, is still refused', () => {
  const { name: _name, ...nameless } = newer.sandboxes[0] ?? {}
  expect(parseAnswer(listSandboxes.response, [nameless]).success).toBe(false)
  expect(parseAnswer(eventStream.down, { ...newer.state, sandboxes: {} }).success).toBe(false)
  const broken = parseAnswer(eventStream.down, { ...newer.newEvent, type: 'sandbox.removed' })
  expect(broken.error && isUnknownKind(broken.error)).toBe(false)
})

test('checks, defaults and what may grow hold in every kind of schema', () => {
  const word = mayGrow(z.enum(['a', 'b']), 'a')
  const one = z.strictObject({ word, more: z.array(z.strictObject({ n: z.int().max(3) })).default([]) })
  const schema = z.record(z.string(), z.discriminatedUnion('kind', [one.extend({ kind: z.literal('x') })]).nullable())

  expect(parseAnswer(schema, { one: { kind: 'x', word: 'c', extra: 1 }, two: null }).data).toEqual({
    one: { kind: 'x', word: 'a', more: [] },
    two: null,
  })
  expect(parseAnswer(schema, { one: { kind: 'x', word: 'a', more: [{ n: 4 }] } }).success).toBe(false)
})

test('whoever is asked refuses a field that it does not know', () => {
  const all = [...Object.values<Operation>(operations), ...Object.values<Stream>(streams)]
  for (const { name, request } of all) {
    const issues = request.safeParse({ futureField: 1 }).error?.issues ?? []
    expect(
      issues.map(({ code }) => code),
      name,
    ).toContain('unrecognized_keys')
  }
  const nested = createSandbox.request.safeParse({ spec: { image: 'busybox', futureField: true } })
  expect(nested.error?.issues).toMatchObject([{ code: 'unrecognized_keys', path: ['spec'] }])
})
