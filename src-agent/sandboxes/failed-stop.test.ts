import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { createDiskConverter } from '../storage/ext4/ext4-disk.ts'
import { type Agent, addSandbox, createAgent, createFixture, type Fixture, id } from '../testing/class-bench.ts'
import { createSandboxService } from './sandbox-service.ts'

let fixture: Fixture
let agent: Agent

beforeEach(() => {
  fixture = createFixture()
  agent = createAgent(fixture, { converter: createDiskConverter(run) })
  addSandbox(agent, fixture, { class: 'container', runs: true })
})
afterEach(() => fixture.dispose())

test.each(['stop', 'restart', 'remove'] as const)(
  'one that the engine cannot end for a %s runs on, on record too, and the next one ends it',
  async (verb) => {
    const sandboxes = createSandboxService(agent.services)
    const driver = agent.services.drivers.get('container')!
    const { kill } = driver
    Object.assign(driver, { kill: () => Promise.reject(new Error('the engine was killed')) })
    const attempt = {
      stop: () => sandboxes.stop(id),
      restart: () => sandboxes.restart(id, { graceMs: 0 }, new AbortController().signal),
      remove: () => sandboxes.remove(id, true),
    }
    await expect(attempt[verb]()).rejects.toThrow('the engine was killed')
    expect(agent.record()).toMatchObject({ stopAsked: false, startsAgain: false, sandbox: { state: 'running' } })
    Object.assign(driver, { kill })
    expect((await sandboxes.stop(id)).state).toBe('stopped')
  },
)
