import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeGuest, startFakeGuest } from '../../../testing/guest/fake-guest.ts'
import { createGuestChannels } from './guest-channels.ts'

const id = '0123456789ab'
let folder: string
let guest: FakeGuest | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'channels-'))
})

afterEach(() => {
  guest?.dispose()
  guest = undefined
  rmSync(folder, { recursive: true, force: true })
})

test('a machine that ends while it is waited for is not waited for any longer', async () => {
  let ended = false
  const channels = createGuestChannels({ isOver: async () => ended })
  const opened = channels.open(id, join(folder, 'socket'))
  ended = true
  await expect(opened).rejects.toMatchObject({ wire: { reason: 'machine-not-running' } })
})

test('a machine that lives and lets nobody in is silent, which is a failure with a name', async () => {
  const channels = createGuestChannels({ isOver: async () => false, greetingMs: 5 })
  await expect(channels.open(id, join(folder, 'socket'))).rejects.toMatchObject({ wire: { reason: 'guest-silent' } })
})

test('after a failure the next who wants the guest connects anew, and all share that connection', async () => {
  guest = await startFakeGuest()
  let ended = true
  const channels = createGuestChannels({ isOver: async () => ended })
  await expect(channels.open(id, join(folder, 'socket'))).rejects.toThrow()
  ended = false
  const channel = await channels.open(id, guest.path)
  expect(await channels.open(id, guest.path)).toBe(channel)
  channels.close(id)
  await channel.closed
})
