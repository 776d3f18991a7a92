import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fixedRules, type HostRules } from '../sandboxes/host-paths.ts'
import { openPath } from '../storage/images/open-path.ts'
import { openHostSource } from './host-source.ts'

let folder: string
let rules: HostRules
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joey-source-')))
  for (const name of ['project', 'secret', 'state']) mkdirSync(at(name))
  writeFileSync(at('secret/key'), 'secret')
  symlinkSync('../secret', at('project/link'))
  rules = { ...fixedRules([at('state')]), untrusted: [at('project')] }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const refused = (reason: string) => ({ wire: expect.objectContaining({ reason }) })

test('a copy into a sandbox reads through no link that one could have made', async () => {
  await expect(openHostSource(at('project/link/key'), rules)).rejects.toMatchObject(refused('path-through-link'))
  const { reader, node } = await openHostSource(at('secret/key'), rules)
  expect(node).toMatchObject({ kind: 'file', size: 6 })
  await reader.close()
})

test('nothing of the state of Joey is copied, however it is called', async () => {
  symlinkSync('state', at('other'))
  await expect(openHostSource(at('state/joey.db'), rules)).rejects.toMatchObject(refused('source-of-joey'))
  await expect(openHostSource(at('other/joey.db'), rules)).rejects.toMatchObject(refused('source-of-joey'))
})

test('an image is imported through no such link either', async () => {
  await expect(openPath(at('project/link/key'), rules.untrusted)).rejects.toMatchObject(refused('path-through-link'))
  const { file, close } = await openPath(at('secret/key'), rules.untrusted)
  expect(file).not.toBeNull()
  await close()
})
