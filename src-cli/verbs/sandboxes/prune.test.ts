import { expect, test } from 'vitest'
import { fakeContext } from '../../testing/fake-context.ts'
import { prune } from './prune.ts'

const ended = { name: 'web', state: 'stopped', restartsAt: null, spec: { labels: {} } }
const young = { ...ended, createdAt: new Date().toISOString() }
const said = async (sandboxes: readonly object[], filter: readonly string[]) => {
  const { context, stderr } = fakeContext('', { listSandboxes: async () => sandboxes as never })
  const flags = { filter, force: true, json: false, verbose: false, help: false, 'dry-run': false }
  expect(await prune.run({ operands: [], flags }, context)).toBe(0)
  return stderr.text()
}

test('why there is nothing to remove is said: age, a filter, or that all run', async () => {
  expect(await said([young], ['until=24h'])).toMatch(/none is old enough/)
  expect(await said([young], ['until=24h', 'label=ci'])).toMatch(/none fits the filters/)
  expect(await said([young], ['name=db'])).toMatch(/none fits the filters/)
  expect(await said([{ ...young, state: 'running' }], ['until=24h'])).toMatch(/every sandbox runs/)
})
