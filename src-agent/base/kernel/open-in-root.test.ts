import { readdirSync } from 'node:fs'
import { link, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../process/run.ts'
import { readFileInRoot } from './open-in-root.ts'

let base: string
let root: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'joey-root-'))
  root = join(base, 'root')
  await mkdir(join(root, 'etc'), { recursive: true })
  await writeFile(join(base, 'secret'), 'secret')
  await writeFile(join(root, 'etc/passwd'), 'inside')
})
afterEach(async () => {
  await rm(base, { recursive: true, force: true })
})

const read = async (path: string): Promise<string | null> =>
  (await readFileInRoot(root, path, 1000))?.toString() ?? null

test.each([
  ['a plain path', '/etc/passwd'],
  ['a path without a leading slash', 'etc/passwd'],
  ['empty and dot components', '//etc/./passwd'],
  ['dot-dot that stays inside', '/etc/../etc/passwd'],
  ['dot-dot at the root stays at the root', '/../../etc/passwd'],
])('%s is read', async (_rule, path) => {
  expect(await read(path)).toBe('inside')
})

test.each([
  ['what does not exist', '/etc/shadow'],
  ['a folder', '/etc'],
  ['the root', '/'],
  ['a file used as a folder', '/etc/passwd/x'],
  ['a name that is too long', `/${'x'.repeat(300)}`],
])('%s is null', async (_rule, path) => {
  expect(await read(path)).toBeNull()
})

test.each([
  ['an absolute link starts at the root', '/etc/passwd', 'inside'],
  ['a relative link starts at its folder', 'passwd', 'inside'],
  ['a link that climbs is stopped at the root', '../../../../etc/passwd', 'inside'],
  ['an absolute link to a file of the host finds nothing', 'SECRET', null],
  ['a climbing link to a file of the host finds nothing', '../../secret', null],
  ['a link to itself ends', 'link', null],
])('%s', async (_rule, target, content) => {
  await symlink(target === 'SECRET' ? join(base, 'secret') : target, join(root, 'etc/link'))
  expect(await read('/etc/link')).toBe(content)
})

test('a link in the middle of the path is resolved inside', async () => {
  await symlink('/etc', join(root, 'config'))
  expect(await read('/config/passwd')).toBe('inside')
  await symlink(base, join(root, 'out'))
  expect(await read('/out/secret')).toBeNull()
})

test('a FIFO and a device are not files, and neither blocks', async () => {
  await run('mkfifo', [join(root, 'etc/pipe')])
  expect(await read('/etc/pipe')).toBeNull()
  await symlink('/proc/self/fd/0', join(root, 'etc/descriptor'))
  expect(await read('/etc/descriptor')).toBeNull()
})

test('a file beyond the limit is refused', async () => {
  await writeFile(join(root, 'big'), 'x'.repeat(1001))
  await expect(read('/big')).rejects.toMatchObject({ wire: { code: 'tooLarge', reason: 'file-too-large' } })
})

test('names that are not UTF-8 in the target of a link are followed exactly', async () => {
  const name = Buffer.concat([Buffer.from(`${root}/etc/`), Buffer.from([0xff, 0xfe])])
  await link(join(root, 'etc/passwd'), name)
  await symlink(Buffer.from([0xff, 0xfe]), join(root, 'etc/odd'))
  expect(await read('/etc/odd')).toBe('inside')
})

test('no descriptor is left open', async () => {
  await symlink('/etc/passwd', join(root, 'etc/link'))
  const count = () => readdirSync('/proc/self/fd').length
  const before = count()
  for (const path of ['/etc/link', '/etc/none', '/etc', '/etc/passwd/x', '/etc/../etc/link']) await read(path)
  expect(count()).toBe(before)
})

test('a guest that swaps a folder with a link to the host never gets a file of the host read', async () => {
  await mkdir(join(root, 'a'))
  await writeFile(join(root, 'a/secret'), 'inside')
  await symlink(base, join(root, 'b'))
  let racing = true
  const racer = (async () => {
    while (racing) {
      await rename(join(root, 'a'), join(root, 'c'))
      await rename(join(root, 'b'), join(root, 'a'))
      await rename(join(root, 'a'), join(root, 'b'))
      await rename(join(root, 'c'), join(root, 'a'))
    }
  })()
  const seen = new Set<string | null>()
  const end = performance.now() + 1500
  while (performance.now() < end) seen.add(await read('/a/secret'))
  racing = false
  await racer
  expect(seen).not.toContain('secret')
  expect(seen).toContain('inside')
})
