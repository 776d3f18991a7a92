import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { placedMount } from '../../testing/engines/placed-mount.ts'
import { findWorkingFolder } from './working-folder.ts'

let home: string
let upper: string
let lower: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-cwd-'))
  ;[upper, lower] = [join(home, 'upper'), join(home, 'lower')]
  for (const path of [upper, join(lower, 'there/deep')]) mkdirSync(path, { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const find = (cwd: string, mounts: Parameters<typeof findWorkingFolder>[0]['mounts'] = []) =>
  findWorkingFolder({ paths: { upper }, lowers: [lower], mounts, process: { cwd, argv: ['true'] } }, run)

test.each([
  ['an absolute link', '/no/where', '/link', '/no/where'],
  ['a relative link', 'no/where', '/there/link', '/there/no/where'],
  ['what is below a link', '/no/where', '/link/sub/more', '/no/where/sub/more'],
  ['a link that climbs above the root', '../../../up', '/there/link', '/up'],
  ['a link that climbs out of what is missing', '/no/../where', '/link', '/where'],
  ['a name of other than plain letters', '/nö/wo', '/link', '/nö/wo'],
])('%s to nowhere is what is missing there', async (_what, target, cwd, wanted) => {
  symlinkSync(target, join(lower, cwd.startsWith('/there') ? 'there/link' : 'link'))
  expect(await find(cwd)).toBe(wanted)
})

test.each([
  ['a folder', '/there/deep'],
  ['a missing folder', '/not/there'],
  ['a link to a folder', '/good'],
])('%s stays as it was requested', async (_what, cwd) => {
  symlinkSync('there', join(lower, 'good'))
  expect(await find(cwd)).toBe(cwd)
})

test.each([
  ['a file', '/file'],
  ['what would be below a file', '/file/below'],
  ['a link to a file', '/tofile'],
  ['a link in a circle', '/circle'],
])('%s can be none, and is refused', async (_what, cwd) => {
  symlinkSync('circle', join(lower, 'circle'))
  symlinkSync('file', join(lower, 'tofile'))
  writeFileSync(join(lower, 'file'), '')
  await expect(find(cwd)).rejects.toMatchObject({ wire: { reason: 'working-directory', params: { program: 'true' } } })
})

test('a link that a folder of the writable layer hides is none', async () => {
  mkdirSync(join(lower, 'app'))
  symlinkSync('/no/where', join(lower, 'app/link'))
  mkdirSync(join(upper, 'app'))
  expect(await find('/app/link')).toBe('/no/where')
  await run('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', join(upper, 'app')], { timeoutMs: 5_000 })
  expect(await find('/app/link')).toBe('/app/link')
})

test('what a mount covers is not looked for in the layers', async () => {
  symlinkSync('/mnt/no/where', join(lower, 'link'))
  expect(await find('/link', [placedMount({ kind: 'bind', source: home, target: '/mnt', readOnly: true }, home)])).toBe(
    '/link',
  )
})
