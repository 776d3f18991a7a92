import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tarFile } from '../testing/images/tar-builder.ts'
import { createTestAgent, type TestAgent } from '../testing/test-agent.ts'

const scratch = mkdtempSync(join(tmpdir(), 'joey-volume-archive-'))
const path = join(scratch, 'volume.tar')
let agent: TestAgent

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  writeFileSync(path, tarFile([{ name: 'mine', content: 'mine', mode: 0o640, uid: 70, gid: 71 }]))
  await agent.client.importVolume({ name: 'stays', path })
})
afterAll(async () => {
  await agent.dispose()
  rmSync(scratch, { recursive: true, force: true })
}, 120_000)

/** What an export of it holds, as a client sees it. */
async function exported(name: string): Promise<number> {
  return (await agent.client.exportVolume({ name, output: join(scratch, 'out.tar'), replace: true })).bytes
}

test.each<[string, Buffer, string]>([
  ['is cut off', tarFile([{ name: 'file', content: 'x'.repeat(5000) }]).subarray(0, 2000), 'archive-damaged'],
  ['reaches outside', tarFile([{ name: 'fine' }, { name: '../outside', content: 'x' }]), 'volume-archive-refused'],
  [
    'writes behind a link',
    tarFile([
      { name: 'link', type: '2', link: '/' },
      { name: 'link/x', content: 'x' },
    ]),
    'volume-archive-refused',
  ],
  ['names a file that is not in it', tarFile([{ name: 'h', type: '1', link: 'nothing' }]), 'tool-failed'],
  ['is none', Buffer.from('no archive at all'.repeat(100)), 'archive-damaged'],
])('an archive that %s changes nothing and leaves nothing', async (_what, input, reason) => {
  writeFileSync(path, input)
  const before = await exported('stays')
  for (const name of ['stays', 'never-made']) {
    const importing = agent.client.importVolume({ name, path, replace: true })
    await expect(importing, name).rejects.toMatchObject({ wire: { reason } })
  }
  expect(await exported('stays')).toBe(before)
  expect((await agent.client.listVolumes({})).map(({ name }) => name)).toEqual(['stays'])
  const home = join(agent.place.home, 'volumes')
  const [id = '', ...others] = readdirSync(home)
  expect(others).toEqual([])
  expect(readdirSync(join(home, id))).toEqual(['data'])
  expect(readdirSync(join(home, id, 'data'))).toEqual(['mine'])
})

test('the state of Joey is no place for an export, and a volume that is not there has none', async () => {
  const inState = agent.client.exportVolume({ name: 'stays', output: join(agent.place.home, 'out.tar') })
  await expect(inState).rejects.toMatchObject({ wire: { reason: 'output-in-state' } })
  const missing = agent.client.exportVolume({ name: 'nothing', output: join(scratch, 'nothing.tar') })
  await expect(missing).rejects.toMatchObject({ wire: { reason: 'volume-not-found' } })
  const noFile = agent.client.importVolume({ name: 'new', path: join(scratch, 'nothing.tar') })
  await expect(noFile).rejects.toMatchObject({ wire: { reason: 'source-not-found' } })
})
