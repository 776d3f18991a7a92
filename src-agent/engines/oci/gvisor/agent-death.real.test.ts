import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endGroup } from '../../../base/process/kill-group.ts'
import { start } from '../../../base/process/run.ts'
import { createLiveFixture, createTrial, type LiveFixture, type Trial } from '../../../testing/engines/conformance.ts'
import { prepareGvisor } from '../../../testing/engines/oci-setting.ts'
import type { Driver, LaunchPlan, LiveSaving } from '../../driver.ts'

const counting = 'n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done'
const soon = { timeout: 20_000, interval: 20 }

describe('an agent that is killed while it has memory saved', () => {
  let trial: Trial
  let fixture: LiveFixture
  beforeAll(async () => {
    trial = await createTrial(prepareGvisor)
    fixture = createLiveFixture(trial, trial.driver as Driver & LiveSaving)
  })
  afterAll(async () => {
    await fixture.clear()
    await trial.dispose()
  })

  test('leaves a sandbox that goes on, with its log, under the next agent', async () => {
    const plan = fixture.plan(1, counting)
    await fixture.launch(plan)
    const counts = () => fixture.output(plan).map(Number)
    await expect.poll(() => counts().length, soon).toBeGreaterThan(3)
    await killDuringSave(trial, plan, fixture.state())
    const next = await trial.setting.again()
    expect(await next.phase(plan.id)).toBe('running')
    const before = counts().length
    await expect.poll(() => counts().length, soon).toBeGreaterThan(before + 3)
    expect(counts()).toEqual(counts().map((_, index) => index + 1))
    expect(await next.ending(plan.id, plan.paths)).toBeNull()
    await next.kill(plan.id, 'KILL')
    expect(await fixture.ending(plan)).toMatchObject({ code: 137 })
    await next.remove(plan.id, plan.paths)
    const root = join(dirname(trial.paths.folder), 'oci')
    expect(readdirSync(root).filter((name) => name.includes(plan.id))).toEqual([])
  })
})

/** Returns when the memory is saved, the disk is not, and nobody is there who would go on. */
async function killDuringSave(trial: Trial, plan: LaunchPlan, state: string): Promise<void> {
  const folder = dirname(trial.paths.folder)
  const file = join(mkdtempSync(join(tmpdir(), 'jyp-')), 'plan.json')
  writeFileSync(file, JSON.stringify(plan))
  const program = new URL('../../../testing/engines/save-and-hang.ts', import.meta.url).pathname
  const child = start(process.execPath, [program, folder, file, state])
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  const outcome = await Promise.race([once(child.stdout, 'data').then(String), once(child, 'exit').then(() => said)])
  expect(outcome).toBe('saved\n')
  child.kill('SIGKILL')
  await endGroup(child)
  rmSync(dirname(file), { recursive: true })
}
