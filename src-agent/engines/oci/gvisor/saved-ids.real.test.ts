import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createLiveFixture, createTrial, type LiveFixture, type Trial } from '../../../testing/engines/conformance.ts'
import { prepareGvisor } from '../../../testing/engines/oci-setting.ts'
import { liveSaving } from '../../driver.ts'

let trial: Trial
let live: LiveFixture
beforeAll(async () => {
  trial = await createTrial(prepareGvisor)
  const driver = liveSaving(trial.driver)
  if (driver === null) throw new Error('This gVisor saves no memory.')
  live = createLiveFixture(trial, driver)
}, 60_000)
afterEach(() => live.clear(), 60_000)
afterAll(() => trial.dispose(), 60_000)

const counting = 'n=0; while :; do n=$((n + 1)); echo $n; echo $n >/count; sleep 0.1; done'

test.each([
  ['saved as root opened its files goes on where who opens them has ids of its own', null, 'own'],
  ['saved where who opens its files has ids of its own goes on as root opens them', 'own', null],
] as const)(
  'memory %s',
  async (_what, before, after) => {
    const usersOf = (which: 'own' | null) => (which === null ? null : (trial.setting.users?.(null) ?? null))
    const saved = live.plan(1, counting, { users: usersOf(before) })
    await live.launch(saved)
    await expect.poll(() => live.output(saved).length, { timeout: 20_000 }).toBeGreaterThan(3)
    const state = live.state()
    await live.save(saved, state, { goOn: false })
    const last = Number(live.output(saved).at(-1))
    const next = live.plan(2, counting, { users: usersOf(after) })
    await live.restore(next, state)
    await expect.poll(() => live.output(next).length, { timeout: 20_000 }).toBeGreaterThan(3)
    expect(Number(live.output(next)[0])).toBeGreaterThanOrEqual(last)
    expect(Number(await live.runShell(next, 'cat /count'))).toBeGreaterThan(last)
  },
  90_000,
)
