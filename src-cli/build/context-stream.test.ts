import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contextStream, findDockerfile } from './context-stream.ts'

let base: string
let folder: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'context-'))
  folder = join(base, 'project')
  await mkdir(folder)
})
afterEach(() => rm(base, { recursive: true, force: true }))

/** Unpacks what is sent by GNU's tar, which has to understand it. */
async function unpack(more: { dockerfile?: string; secrets?: Parameters<typeof contextStream>[0]['secrets'] } = {}) {
  const chunks: Buffer[] = []
  for await (const chunk of contextStream({ folder, dockerfile: null, secrets: [], ...more })) chunks.push(chunk)
  const target = await mkdtemp(join(base, 'out-'))
  execFileSync('tar', ['--extract', '--directory', target], { input: Buffer.concat(chunks) })
  return target
}

test('files, folders and links arrive as they are, with their modes and with long names', async () => {
  const long = `${'folder-with-a-long-name/'.repeat(6)}äöü-${'n'.repeat(120)}`
  await mkdir(join(folder, long, '..'), { recursive: true })
  await writeFile(join(folder, long), 'deep')
  await writeFile(join(folder, 'run.sh'), 'x'.repeat(700_001))
  await chmod(join(folder, 'run.sh'), 0o755)
  const target = await unpack()
  expect(await readFile(join(target, 'context', long), 'utf8')).toBe('deep')
  const ran = await stat(join(target, 'context/run.sh'))
  expect([ran.mode & 0o777, ran.size]).toEqual([0o755, 700_001])
})

test('a link that leads out of the folder is sent as a link, and what it leads to is not', async () => {
  await writeFile(join(base, 'outside'), 'secret')
  await symlink('../outside', join(folder, 'out'))
  await symlink(base, join(folder, 'above'))
  const target = await unpack()
  expect(await readlink(join(target, 'context/out'))).toBe('../outside')
  expect(await readlink(join(target, 'context/above'))).toBe(base)
})

test('what is ignored stays at home, and the rules of the very Dockerfile go before those of the folder', async () => {
  for (const name of ['a', 'b', 'x.Dockerfile']) await writeFile(join(folder, name), name)
  await writeFile(join(folder, '.dockerignore'), 'a')
  await writeFile(join(folder, 'x.Dockerfile.dockerignore'), 'b')
  const names = async (target: string) => execFileSync('ls', [join(target, 'context')], { encoding: 'utf8' }).trim()
  expect((await names(await unpack())).split('\n')).not.toContain('a')
  const own = (await names(await unpack({ dockerfile: join(folder, 'x.Dockerfile') }))).split('\n')
  expect(own).toContain('a')
  expect(own).not.toContain('b')
})

test('secrets arrive beside the context, from files and from values', async () => {
  await writeFile(join(base, 'key'), 'k')
  const file = { id: 'one', from: { file: join(base, 'key') } }
  const target = await unpack({ secrets: [file, { id: 'two', from: { value: 'v' } }] })
  expect(await readFile(join(target, 'secrets/one'), 'utf8')).toBe('k')
  expect(await readFile(join(target, 'secrets/two'), 'utf8')).toBe('v')
})

test('the Dockerfile is found under both of its names, and its absence is said', async () => {
  await expect(findDockerfile(folder)).rejects.toThrow(/no Dockerfile/)
  await writeFile(join(folder, 'Containerfile'), '')
  expect(await findDockerfile(folder)).toBe(join(folder, 'Containerfile'))
  await writeFile(join(folder, 'Dockerfile'), '')
  expect(await findDockerfile(folder)).toBe(join(folder, 'Dockerfile'))
})
