import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fixedRules } from '../sandboxes/host-paths.ts'
import { clearParts, openOutput } from './output-file.ts'

let folder: string
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joey-output-')))
  for (const name of ['project', 'outside', 'state']) mkdirSync(at(name))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (more: Partial<Parameters<typeof openOutput>[0]> = {}) =>
  openOutput({
    path: at('project/out'),
    kind: 'file',
    replace: false,
    neededBytes: 0,
    rules: { ...fixedRules([at('state')]), untrusted: [at('project')] },
    notes: at('state/notes'),
    ...more,
  })

/** The name of the half-written thing. */
const partName = () => readdirSync(at('project')).find((name) => name.endsWith('.part')) ?? expect.unreachable()

test('an export is there whole under its name, and nothing else is left', async () => {
  const output = await open()
  await writeFile(output.part, 'content')
  await output.publish(0o640)
  await output.discard()
  expect(readFileSync(at('project/out'), 'utf8')).toBe('content')
  expect(statSync(at('project/out')).mode & 0o777).toBe(0o640)
  expect(readdirSync(at('project'))).toEqual(['out'])
  expect(readdirSync(at('state/notes'))).toEqual([])
})

test('one that is given up leaves nothing', async () => {
  await (await open()).discard()
  await (await open({ kind: 'folder' })).discard()
  expect(readdirSync(at('project'))).toEqual([])
})

test('a link in the place of the half-written file leads neither content nor owner nor mode elsewhere', async () => {
  writeFileSync(at('outside/victim'), 'untouched', { mode: 0o600 })
  const output = await open()
  await rm(at(`project/${partName()}`))
  await symlink(at('outside/victim'), at(`project/${readNote()}`))
  await writeFile(output.part, 'content')
  await expect(output.publish(0o666)).rejects.toMatchObject({ wire: { reason: 'output-replaced' } })
  await output.discard()
  expect(readFileSync(at('outside/victim'), 'utf8')).toBe('untouched')
  expect(statSync(at('outside/victim')).mode & 0o777).toBe(0o600)
})

/** The same name, from the note that is kept of it. */
function readNote(): string {
  const [note = ''] = readdirSync(at('state/notes'))
  return (
    readFileSync(at(`state/notes/${note}`), 'utf8')
      .split('/')
      .at(-1) ?? ''
  )
}

test('a folder of the layout that became a link is not written through', async () => {
  const output = await open({ kind: 'folder' })
  await output.folder?.makeFolder('blobs', 0o755)
  const part = at(`project/${partName()}`)
  await rename(join(part, 'blobs'), join(part, 'moved'))
  symlinkSync(at('outside'), join(part, 'blobs'))
  const facts = { mode: 0o644, mtimeNs: 0n }
  await output.folder?.makeFolder('other', 0o755)
  await expect(output.folder?.makeFile('blobs/x', facts, async () => undefined)).rejects.toMatchObject({
    wire: { reason: 'file-exists' },
  })
  await output.discard()
  expect(readdirSync(at('outside'))).toEqual([])
  expect(readdirSync(at('project'))).toEqual([])
})

test('a folder that a sandbox has replaced by a link is not written to', async () => {
  symlinkSync('../outside', at('project/inner'))
  await expect(open({ path: at('project/inner/out') })).rejects.toMatchObject({ wire: { reason: 'path-through-link' } })
  expect(readdirSync(at('outside'))).toEqual([])
})

test('what a killed agent has left is removed, but not where a link leads', async () => {
  const names = ['.a.000000000000.part', '.b.000000000000.part']
  mkdirSync(at('state/notes'))
  for (const [index, name] of names.entries()) {
    writeFileSync(at(`outside/${name}`), '')
    writeFileSync(at(`state/notes/${index}`), at(index === 0 ? `outside/${name}` : `project/link/${name}`))
  }
  symlinkSync(at('outside'), at('project/link'))
  await clearParts(at('state/notes'))
  expect(readdirSync(at('outside'))).toEqual([names[1]])
  expect(readdirSync(at('state/notes'))).toEqual([])
})

test('a name that somebody took meanwhile stays theirs, unless it may be replaced', async () => {
  const output = await open()
  writeFileSync(at('project/out'), 'theirs')
  await expect(output.publish(0o644)).rejects.toMatchObject({ wire: { reason: 'output-exists' } })
  await output.discard()
  expect(readFileSync(at('project/out'), 'utf8')).toBe('theirs')
  const again = await open({ replace: true })
  await again.publish(0o644)
  await again.discard()
  expect(readFileSync(at('project/out'), 'utf8')).toBe('')
})
