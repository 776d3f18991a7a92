import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { isMountPoint } from '../../sandboxes/engine-places.ts'
import { openTreePair } from '../../storage/trees/tree-pair.ts'
import { foldersAt, plainTools } from '../../testing/compare/plain-trees.ts'
import { findChanges } from './find-changes.ts'
import { markFolder } from './mark-folder.ts'

const { signal } = new AbortController()
let home: string
let image: string
let upper: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-marks-'))
  image = join(home, 'image')
  upper = join(home, 'upper')
  for (const folder of ['kept', 'touched', 'empty', 'moded']) mkdirSync(join(image, folder), { recursive: true })
  for (const file of ['same', 'gone', 'rewritten', 'longer', 'moded-file', 'other', 'touched/inner', 'kept/inner'])
    writeFileSync(join(image, file), 'content')
  mkdirSync(join(upper, 'touched'), { recursive: true })
  mkdirSync(join(upper, 'empty'))
  mkdirSync(join(upper, 'moded'))
  chmodSync(join(upper, 'moded'), 0o700)
  for (const file of ['rewritten', 'moded-file', 'new', 'touched/inner']) writeFileSync(join(upper, file), 'content')
  writeFileSync(join(upper, 'longer'), 'content and more')
  writeFileSync(join(upper, 'other'), 'CONTENT')
  utimesSync(join(upper, 'other'), 1, 1)
  chmodSync(join(upper, 'moded-file'), 0o600)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('each entry of a folder gets its mark', async () => {
  await run('mknod', [join(upper, 'gone'), 'c', '0', '0'])
  const pair = await openTreePair(foldersAt(image), foldersAt(upper, image), plainTools)
  const marks = await markFolder(pair, '', signal)
  await pair.close()
  expect(Object.fromEntries(marks.map(({ name, mark }) => [name, mark]))).toEqual({
    empty: 'same',
    gone: 'deleted',
    kept: 'same',
    longer: 'changed',
    moded: 'changed',
    'moded-file': 'changed',
    new: 'added',
    other: 'changed',
    rewritten: 'same',
    same: 'same',
    touched: 'changed-below',
  })
})

test('a comparison reports what differs, and passes over what was only written anew', async () => {
  await run('mknod', [join(upper, 'gone'), 'c', '0', '0'])
  await run('rm', [join(upper, 'longer')])
  await run('ln', ['-s', 'elsewhere', join(upper, 'longer')])
  await run('chown', ['12:34', join(upper, 'moded')])
  const pair = await openTreePair(foldersAt(image), foldersAt(upper, image), plainTools)
  const found: unknown[] = []
  for await (const { path, change, what } of findChanges(pair, '', signal)) found.push([path, change, ...what])
  await pair.close()
  expect(found).toEqual([
    ['gone', 'deleted'],
    ['longer', 'changed', 'kind'],
    ['moded', 'changed', 'mode', 'owner'],
    ['moded-file', 'changed', 'mode'],
    ['new', 'added'],
    ['other', 'changed', 'content'],
  ])
})

test('a folder that was deleted or added comes with everything in it', async () => {
  await run('mknod', [join(upper, 'kept'), 'c', '0', '0'])
  const paths = async (before: string[], after: string[]) => {
    const pair = await openTreePair(foldersAt(...before), foldersAt(...after), plainTools)
    const found: string[] = []
    for await (const { path, change } of findChanges(pair, 'kept', signal)) found.push(`${change} ${path}`)
    await pair.close()
    return found
  }
  expect(await paths([image], [upper, image])).toEqual(['deleted kept', 'deleted kept/inner'])
  expect(await paths([upper, image], [image])).toEqual(['added kept', 'added kept/inner'])
})

test.each([
  ['etc/hosts', '', []],
  ['etc/hostname', '', []],
  ['etc/resolv.conf', '', []],
  ['etc/ld.so.preload', '', []],
  ['etc/ld.so.preload', 'written by the sandbox', ['added etc/ld.so.preload']],
  ['etc/other', '', ['added etc/other']],
])('of %s with the content "%s" a comparison reports only what the sandbox wrote', async (path, content, reported) => {
  mkdirSync(join(image, 'etc'))
  mkdirSync(join(upper, 'etc'))
  writeFileSync(join(upper, path), content)
  const pair = await openTreePair(foldersAt(image), foldersAt(upper, image), plainTools)
  const found: string[] = []
  for await (const { path: at, change } of findChanges(pair, 'etc', signal, isMountPoint)) found.push(`${change} ${at}`)
  await pair.close()
  expect(found).toEqual(reported)
})

test('a folder that an engine mounts on is no change, what lies in it is', async () => {
  mkdirSync(join(upper, 'dev'))
  writeFileSync(join(upper, 'dev/file'), '')
  const pair = await openTreePair(foldersAt(image), foldersAt(upper, image), plainTools)
  const found: string[] = []
  for await (const { path, change } of findChanges(pair, 'dev', signal, isMountPoint)) found.push(`${change} ${path}`)
  await pair.close()
  expect(found).toEqual(['added dev/file'])
})
