import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findResource } from '../base/process/resources.ts'
import { run, start } from '../base/process/run.ts'
import type { EditChild } from './edit-link.ts'
import type { EditFrame } from './edit-protocol.ts'
import { type EditSession, withEditSession } from './edit-session.ts'

const { signal: never } = new AbortController()
let [home, root, outside] = ['', '', '']

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-edit-'))
  root = join(home, 'root')
  outside = join(home, 'outside')
  mkdirSync(join(root, 'dir'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(outside, 'secret'), 'secret')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function startProgram(): EditChild {
  const program = findResource('inside/x64/joey-inside') ?? ''
  const child = start(program, ['--files', '--root', root])
  const ended = once(child, 'close').then(() => '')
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: async () => void child.kill('SIGKILL') }
}

function edit<T>(work: (session: EditSession) => Promise<T>, signal = never): Promise<T> {
  return withEditSession(startProgram(), signal, work)
}

const change = (frame: EditFrame) => edit((session) => session.change(frame))
const put = (path: string, text: string, more: Partial<EditFrame> = {}) =>
  edit(async (session) => (await session.put({ op: 'put', path, mode: 0o644, ...more }, [Buffer.from(text)])).done)

test('a file is written with owner, mode and time, and nothing else is left', async () => {
  await put('dir/f', 'text', { mode: 0o640, uid: 1000, gid: 1001, flags: ['time', 'sync'], mtimeNs: 5_001_000_000n })
  const { uid, gid, mode, mtimeMs } = statSync(join(root, 'dir/f'))
  expect([uid, gid, mode & 0o7777, mtimeMs]).toEqual([1000, 1001, 0o640, 5001])
  expect(readdirSync(join(root, 'dir'))).toEqual(['f'])
})

test('a file that is replaced keeps owner and mode', async () => {
  writeFileSync(join(root, 'f'), 'old')
  chownSync(join(root, 'f'), 7, 8)
  chmodSync(join(root, 'f'), 0o4751)
  await put('f', 'new', { flags: ['replace', 'keep', 'plain'] })
  const { uid, gid, mode } = statSync(join(root, 'f'))
  expect([uid, gid, mode & 0o7777, readFileSync(join(root, 'f'), 'utf8')]).toEqual([7, 8, 0o4751, 'new'])
})

test('what is new can belong to whom the folder belongs to', async () => {
  chownSync(join(root, 'dir'), 7, 8)
  await put('dir/f', '', { flags: ['foldersOwner'] })
  await change({ op: 'folder', path: 'dir/d', mode: 0o711, flags: ['foldersOwner'] })
  await change({ op: 'link', path: 'dir/l', other: '../x', flags: ['foldersOwner'] })
  for (const name of ['f', 'd', 'l']) expect(lstatSync(join(root, 'dir', name))).toMatchObject({ uid: 7, gid: 8 })
  expect(statSync(join(root, 'dir/d')).mode & 0o7777).toBe(0o711)
  expect(readlinkSync(join(root, 'dir/l'))).toBe('../x')
})

test('nothing is replaced that was not requested', async () => {
  writeFileSync(join(root, 'f'), 'old')
  await expect(put('f', 'new')).rejects.toMatchObject({ wire: { reason: 'file-exists' } })
  await put('g', 'g')
  await expect(change({ op: 'move', path: 'g', other: 'f' })).rejects.toMatchObject({ wire: { reason: 'file-exists' } })
  expect(readFileSync(join(root, 'f'), 'utf8')).toBe('old')
  expect(readdirSync(root).sort()).toEqual(['dir', 'f', 'g'])
})

test.each([
  ['put', { op: 'put', path: 'link/new' }],
  ['make a folder', { op: 'folder', path: 'link/new' }],
  ['make a link', { op: 'link', path: 'link/new', other: 'x' }],
  ['delete', { op: 'delete', path: 'link/secret' }],
  ['change a mode', { op: 'mode', path: 'link/secret', mode: 0o777 }],
  ['change an owner', { op: 'owner', path: 'link/secret', uid: 5, gid: 5 }],
  ['move out', { op: 'move', path: 'link/secret', other: 'got' }],
  ['move in', { op: 'move', path: 'dir', other: 'link/dir' }],
] as const)('it does not %s through a link', async (_what, frame) => {
  symlinkSync('../outside', join(root, 'link'))
  const before = statSync(join(outside, 'secret'))
  const done = frame.op === 'put' ? put(frame.path, 'x') : change(frame)
  await expect(done).rejects.toMatchObject({ wire: { reason: 'path-is-link' } })
  expect(readdirSync(outside)).toEqual(['secret'])
  expect(statSync(join(outside, 'secret'))).toMatchObject({ mode: before.mode, uid: before.uid })
})

test('the last name is not followed either', async () => {
  symlinkSync('../outside/secret', join(root, 'link'))
  await expect(put('link', 'new', { flags: ['replace', 'plain'] })).rejects.toMatchObject({
    wire: { reason: 'path-is-link' },
  })
  await expect(change({ op: 'mode', path: 'link', mode: 0o777 })).rejects.toMatchObject({
    wire: { reason: 'path-is-link' },
  })
  await change({ op: 'owner', path: 'link', uid: 5, gid: 5 })
  expect(statSync(join(outside, 'secret')).uid).not.toBe(5)
  await change({ op: 'delete', path: 'link' })
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret')
})

test('a folder is deleted with all that is in it, and links in it lead nowhere', async () => {
  mkdirSync(join(root, 'dir/a/b'), { recursive: true })
  for (let index = 0; index < 300; index += 1) writeFileSync(join(root, 'dir/a/b', `f${index}`), '')
  symlinkSync('../../outside', join(root, 'dir/out'))
  expect(await change({ op: 'delete', path: 'dir' })).toBe(304)
  expect([readdirSync(root), readdirSync(outside)]).toEqual([[], ['secret']])
})

test('".." is no name', async () => {
  for (const path of ['dir/../../outside/secret', '../outside/secret', 'dir/..', '.']) {
    await expect(change({ op: 'delete', path })).rejects.toMatchObject({ wire: { code: expect.any(String) } })
  }
  expect(existsSync(join(outside, 'secret'))).toBe(true)
})

test('names are bytes', async () => {
  await put('dir/\xff\xfe', 'x')
  expect(readdirSync(join(root, 'dir'), 'buffer')).toEqual([Buffer.from([0xff, 0xfe])])
})

test('a content that is cancelled leaves nothing', async () => {
  const cancel = new AbortController()
  async function* endless() {
    for (let part = 0; ; part += 1) {
      yield Buffer.alloc(64 * 1024, 1)
      if (part === 20) cancel.abort()
    }
  }
  const done = edit((session) => session.put({ op: 'put', path: 'dir/f' }, endless()), cancel.signal)
  await expect(done).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect(readdirSync(join(root, 'dir'))).toEqual([])
})

test('a session goes on after a failure, also in the middle of contents', async () => {
  await edit(async (session) => {
    const failing = await session.put({ op: 'put', path: 'none/f' }, [Buffer.alloc(100_000, 1)])
    await expect(failing.done).rejects.toMatchObject({ wire: { code: 'notFound' } })
    await (await session.put({ op: 'put', path: 'dir/f' }, [Buffer.from('ok'), 1_000_000])).done
  })
  expect(statSync(join(root, 'dir/f'))).toMatchObject({ size: 1_000_002 })
})

test('another mount is not entered', async () => {
  await run('mount', ['-t', 'tmpfs', 'joey-test', join(root, 'dir')])
  try {
    await expect(put('dir/f', 'x')).rejects.toMatchObject({ wire: { reason: 'path-on-mount' } })
    await expect(change({ op: 'delete', path: 'dir' })).rejects.toMatchObject({ wire: { reason: 'path-on-mount' } })
  } finally {
    await run('umount', [join(root, 'dir')])
  }
})

test('whoever swaps a folder with a link meanwhile gains nothing', async () => {
  mkdirSync(join(root, 'swap'))
  symlinkSync('../outside', join(root, 'link'))
  let [stop, swaps] = [false, 0]
  const swapping = (async () => {
    while (!stop) {
      for (const [from, to] of [
        ['swap', 'kept'],
        ['link', 'swap'],
        ['swap', 'link'],
        ['kept', 'swap'],
      ] as const) {
        renameSync(join(root, from), join(root, to))
        if (to === 'swap') await new Promise((resolve) => setImmediate(resolve))
      }
      swaps += 1
    }
  })()
  const outcomes = { done: 0, refused: 0 }
  await edit(async (session) => {
    for (let round = 0; round < 500; round += 1) {
      const { done } = await session.put({ op: 'put', path: `swap/f${round}` }, [Buffer.from('x')])
      const all = [
        done,
        session.change({ op: 'delete', path: 'swap/secret' }),
        session.change({ op: 'mode', path: 'swap/secret', mode: 0 }),
      ]
      const [first] = await Promise.allSettled(all)
      outcomes[first?.status === 'fulfilled' ? 'done' : 'refused'] += 1
    }
  })
  stop = true
  await swapping
  expect(swaps).toBeGreaterThan(5)
  // Both were met, or the test proves nothing.
  expect(outcomes.done).toBeGreaterThan(0)
  expect(outcomes.refused).toBeGreaterThan(0)
  expect(readdirSync(outside)).toEqual(['secret'])
  expect(statSync(join(outside, 'secret')).mode & 0o777).not.toBe(0)
})
