import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { chmod, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findUntrustedLink } from './link-trust.ts'
import { openHostPath } from './open-host-path.ts'

let folder: string
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joey-walk-')))
  mkdirSync(at('project/inner'), { recursive: true })
  writeFileSync(at('project/file'), 'text')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Where a walk has ended, and by which links. */
async function walk(path: string, options: Parameters<typeof openHostPath>[1] = { links: 'trusted' }) {
  const held = await openHostPath(path, options)
  try {
    return { path: held.path, ino: held.stats.ino, links: held.links }
  } finally {
    await held.close()
  }
}

test.each([
  'project/inner',
  'project/./inner/',
  'project//inner',
  'project/inner/../../project/inner',
  'project/inner/.',
])('%s is one and the same', async (spelling) => {
  const { path, ino } = await walk(`${folder}/${spelling}`)
  expect({ path, ino }).toEqual({ path: at('project/inner'), ino: statSync(at('project/inner'), { bigint: true }).ino })
})

test('a file is held as well as a folder, and the root', async () => {
  expect((await walk(at('project/file'))).path).toBe(at('project/file'))
  expect((await walk('/')).path).toBe('/')
  expect((await walk('/../..')).path).toBe('/')
})

test('a link that can be trusted is resolved and reported', async () => {
  symlinkSync('project', at('relative'))
  symlinkSync(at('relative'), at('absolute'))
  expect(await walk(at('absolute/inner'))).toMatchObject({
    path: at('project/inner'),
    links: [at('absolute'), at('relative')],
  })
})

test('no link is followed where a sandbox may write, or everybody, or where none is expected', async () => {
  symlinkSync('inner', at('project/link'))
  const link = { why: 'link', at: at('project/link') }
  await expect(walk(at('project/link'), { links: 'never' })).rejects.toMatchObject(link)
  await expect(walk(at('project/link'), { links: 'trusted', untrusted: [at('project')] })).rejects.toMatchObject(link)
  expect((await walk(at('project/link'))).path).toBe(at('project/inner'))
  await chmod(at('project'), 0o777)
  await expect(walk(at('project/link'))).rejects.toMatchObject(link)
})

test('a link is of root, of this account, or of whom its folder belongs to', () => {
  const facts = (folder: bigint, link: bigint) => ({
    at: '/srv/link',
    folder: { uid: folder, mode: 0o755n },
    link: { uid: link },
  })
  expect(findUntrustedLink(facts(7n, 7n), [], 5n)).toBeNull()
  expect(findUntrustedLink(facts(7n, 0n), [], 5n)).toBeNull()
  expect(findUntrustedLink(facts(7n, 5n), [], 5n)).toBeNull()
  expect(findUntrustedLink(facts(7n, 8n), [], 5n)).toBe('owner')
})

test('a link of the kernel that leads out by a descriptor is never followed', async () => {
  await expect(walk('/proc/self/root/etc')).rejects.toMatchObject({ why: 'link' })
  await expect(walk('/proc/self/cwd')).rejects.toMatchObject({ why: 'link' })
})

test('links that lead to each other end', async () => {
  symlinkSync('two', at('one'))
  symlinkSync('one', at('two'))
  await expect(walk(at('one'))).rejects.toMatchObject({ why: 'link' })
})

test.each(['nothing', 'nothing/below', 'project/file/below'])('%s is not there', async (name) => {
  await expect(walk(at(name))).rejects.toMatchObject({ why: 'missing' })
})

test('whoever exchanges a folder on the way with a link never leads a walk out', async () => {
  mkdirSync(at('outside/inner'), { recursive: true })
  const outside = statSync(at('outside/inner'), { bigint: true }).ino
  let goesOn = true
  const swapping = (async () => {
    while (goesOn) {
      await rename(at('project'), at('kept'))
      await symlink('outside', at('project'))
      await rm(at('project'))
      await rename(at('kept'), at('project'))
    }
  })()
  const reached = new Set<bigint>()
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await walk(at('project/inner'), { links: 'never' }).catch(() => null)
    if (found !== null) reached.add(found.ino)
  }
  goesOn = false
  await swapping
  expect(reached).not.toContain(outside)
})
