import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { makeTestAgent, startTestAgent } from '../../testing/joey.ts'

test('records that cannot be read keep the agent from nothing else, and lose no files', async () => {
  const agent = makeTestAgent()
  try {
    await startTestAgent(agent)
    for (const name of ['broken', 'fine']) {
      await agent.joey(['run', '-d', '--name', name, 'busybox', 'sh', '-c', 'echo kept > /kept; sleep 1000'])
      await agent.joey(['stop', '-t', '0', name])
    }
    await agent.joey(['snapshot', 'create', 'broken', '--name', 'before'])
    const [broken] = JSON.parse((await agent.joey(['inspect', 'broken'])).stdout) as Sandbox[]
    const id = broken?.id ?? ''
    await agent.joey(['agent', 'stop'])
    const database = new DatabaseSync(join(agent.home, 'joey.db'))
    database.exec(`UPDATE sandboxes SET record = '{"sandbox":' || record WHERE name = 'broken';
      UPDATE snapshots SET record = json_remove(record, '$.snapshot.reason');
      UPDATE events SET event = '{}' WHERE seq = 2`)
    database.close()

    await startTestAgent(agent)
    expect((await agent.joey(['ls', '-a'])).stdout).not.toContain('broken')
    expect((await agent.joey(['start', 'fine'])).code).toBe(0)
    expect((await agent.joey(['snapshot', 'ls', '--json'])).stdout.trim()).toBe('[]')
    const doctor = await agent.joey(['doctor'])
    expect(doctor.stdout).toContain('2 records of Joey cannot be read')
    expect(doctor.stdout).toContain(`sandbox "broken" (${id})`)
    expect(existsSync(join(agent.home, 'sandboxes', id))).toBe(true)

    expect((await agent.joey(['records', 'ls'])).stdout).toMatch(new RegExp(`sandboxes +${id} +broken`))
    const unsure = await agent.joey(['records', 'drop', id])
    expect(unsure.code).not.toBe(0)
    expect(unsure.stderr).toContain('Add --yes.')
    expect((await agent.joey(['records', 'drop', '--yes', id])).stdout.trim()).toBe(id)
    await agent.joey(['agent', 'stop'])
    // As an agent would that can read it, or by hand: the rule is of each start.
    const later = new DatabaseSync(join(agent.home, 'joey.db'))
    later.exec(`UPDATE quarantine SET record = json_insert(record, '$.snapshot.reason', 'manual')`)
    later.close()
    await startTestAgent(agent)
    expect(existsSync(join(agent.home, 'sandboxes', id))).toBe(false)
    expect((await agent.joey(['records', 'ls', '--json'])).stdout.trim()).toBe('[]')
    expect((await agent.joey(['snapshot', 'ls'])).stdout).toContain('before')
  } finally {
    await agent.dispose()
  }
}, 240_000)
