import { spawnSync } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monitorState } from '../testing/io/monitor-state.ts'
import { createGuestMaker, type GuestMaker } from '../testing/io/real-guest.ts'

let maker: GuestMaker
beforeAll(async () => {
  maker = await createGuestMaker('crun')
})
afterAll(() => maker?.dispose())

/** An agent that holds the monitor, and dies while it does. */
const holder = `
const [module, id, run] = process.argv.slice(1)
const { holdMonitor } = await import(module)
await holdMonitor(id, { run })
process.kill(process.pid, 'SIGKILL')
`

test('a monitor that is held goes on when the agent dies', async () => {
  const guest = await maker.start({ argv: ['sh', '-c', 'while :; do echo more; sleep 0.05; done'] })
  const run = dirname(guest.attach)
  const module = new URL('./monitor-hold.ts', import.meta.url).pathname
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', holder, module, basename(run), run])
  expect(signal).toBe('SIGKILL')
  await expect.poll(() => monitorState(run)).not.toBe('T')
  await guest.kill()
  expect((await guest.ended).code).toBe(137)
})

test('what is released twice, or held after its end, is no error', async () => {
  const guest = await maker.start({ argv: ['sleep', '1000'] })
  const run = dirname(guest.attach)
  const release = await guest.hold()
  await expect.poll(() => monitorState(run)).toBe('T')
  release()
  release()
  await expect.poll(() => monitorState(run)).not.toBe('T')
  await guest.kill()
  await guest.ended
  const nothing = await guest.hold()
  nothing()
})
