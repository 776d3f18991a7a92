import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import { flushMachine } from './flush-machine.ts'
import type { GuestChannel } from './guest/guest-types.ts'

const id = '0123456789ab'

function machine({ failsWith, endsAfter }: { failsWith: Error; endsAfter: number }) {
  let looks = 0
  const flush = () => Promise.reject(failsWith)
  return {
    channelOf: async () => ({ flush }) as unknown as GuestChannel,
    isOver: async () => looks++ >= endsAfter,
  }
}

test('a guest that lets go because it ends is waited for, and has then written everything', async () => {
  const parts = machine({ failsWith: appError('guest-gone'), endsAfter: 2 })
  await expect(flushMachine(parts, id)).resolves.toBeUndefined()
})

test('a guest that let go and runs on has failed', async () => {
  const parts = machine({ failsWith: appError('guest-gone'), endsAfter: Number.POSITIVE_INFINITY })
  await expect(flushMachine(parts, id, 0)).rejects.toMatchObject({ wire: { reason: 'guest-gone' } })
})

test('a machine that has ended already keeps nothing back', async () => {
  const parts = machine({ failsWith: appError('machine-not-running'), endsAfter: 0 })
  await expect(flushMachine(parts, id)).resolves.toBeUndefined()
})

test('what the guest could not write out has failed, also if it ends then', async () => {
  const parts = machine({ failsWith: appError('guest-failed'), endsAfter: 0 })
  await expect(flushMachine(parts, id)).rejects.toMatchObject({ wire: { reason: 'guest-failed' } })
})
