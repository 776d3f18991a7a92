import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHostPath } from '../../base/host-path/open-host-path.ts'
import { run } from '../../base/process/run.ts'
import { type Change, type FolderWatch, openFolderWatch } from './folder-watch.ts'

let folder: string
let outside: string
let watch: FolderWatch | undefined
const changes: Change[] = []
const state = { full: 0, ended: 0, lost: 0 }
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-watch-'))
  outside = mkdtempSync(join(tmpdir(), 'joey-beside-'))
  mkdirSync(at('a/b'), { recursive: true })
  changes.length = 0
  Object.assign(state, { full: 0, ended: 0, lost: 0 })
})
afterEach(async () => {
  await watch?.close()
  watch = undefined
  for (const each of [folder, outside]) rmSync(each, { recursive: true, force: true })
})

async function open(most = 100): Promise<FolderWatch> {
  const held = await openHostPath(folder, { links: 'never' })
  try {
    watch = await openFolderWatch(
      { held: [held.forOthers], most },
      {
        onChange: (change) => void changes.push(change),
        onLost: () => void (state.lost += 1),
        onFull: () => void (state.full += 1),
        onEnd: () => void (state.ended += 1),
      },
    )
    return watch
  } finally {
    await held.close()
  }
}

/** The paths that have changed since the last call. */
async function seen(kind: Change['kind'] = 'content'): Promise<string[]> {
  await watch?.settled()
  const found = changes.splice(0).filter((change) => change.kind === kind)
  return [...new Set(found.map(({ path }) => path))]
}

test('it sees what is written, made, moved and removed, and who did it', async () => {
  await open()
  writeFileSync(at('a/b/file'), 'x')
  await watch?.settled()
  expect(changes).toContainEqual({ folder: 0, kind: 'content', pid: process.pid, path: 'a/b/file' })
  await seen()
  renameSync(at('a/b/file'), at('a/other'))
  expect(await seen()).toEqual(['a/b/file', 'a/other'])
  rmSync(at('a/other'))
  expect(await seen()).toEqual(['a/other'])
  utimesSync(at('a'), 1, 1)
  expect(await seen('attributes')).toEqual(['a'])
})

test('a new folder is watched with what was put into it before, and a moved one by its new name', async () => {
  await open()
  await run('sh', ['-c', 'mkdir -p n/m; echo x >n/m/file'], { cwd: folder })
  expect(await seen()).toEqual(expect.arrayContaining(['n', 'n/m', 'n/m/file']))
  renameSync(at('n'), at('a/moved'))
  await seen()
  writeFileSync(at('a/moved/m/file'), 'y')
  expect(await seen()).toEqual(['a/moved/m/file'])
  rmSync(at('a/moved'), { recursive: true })
  await seen()
  expect(watch?.watched).toBe(3)
})

test('what programs leave out themselves is left out, but not that it is there', async () => {
  await open()
  mkdirSync(at('node_modules/deep'), { recursive: true })
  mkdirSync(at('.git'))
  writeFileSync(at('node_modules/deep/file'), '')
  writeFileSync(at('.git/index'), '')
  expect(await seen()).toEqual(['node_modules', '.git'])
})

test('no link is followed out of the folder, and no mount is entered', async () => {
  symlinkSync(outside, at('link'))
  mkdirSync(at('mounted'))
  await run('mount', ['--bind', outside, at('mounted')])
  try {
    await open()
    renameSync(at('a/b'), at('a/c'))
    symlinkSync(outside, at('a/b'))
    await seen()
    writeFileSync(join(outside, 'file'), '')
    mkdirSync(join(outside, 'inner'))
    expect(await seen()).toEqual([])
    expect(watch?.watched).toBe(3)
  } finally {
    await run('umount', [at('mounted')])
  }
})

test('no more folders are watched than it is allowed, those near the top first, and it says so once', async () => {
  for (let index = 0; index < 20; index += 1) mkdirSync(at(`d${index}/e`), { recursive: true })
  await open(23)
  expect(watch?.watched).toBe(23)
  mkdirSync(at('one-more/and-more'), { recursive: true })
  writeFileSync(at('d7/file'), '')
  expect(await seen()).toContain('d7/file')
  expect(watch?.watched).toBe(23)
  expect(state.full).toBe(1)
})

test('folders that come and go without end take no more room', async () => {
  await open(8)
  for (let round = 0; round < 200; round += 1) {
    mkdirSync(at(`r${round}/s`), { recursive: true })
    rmSync(at(`r${round}`), { recursive: true })
  }
  await seen()
  expect(watch?.watched).toBeLessThanOrEqual(8)
  writeFileSync(at('a/b/still'), '')
  expect(await seen()).toEqual(['a/b/still'])
})

test('however much is done at once, a bounded number of reports comes of it, and it goes on', async () => {
  await open()
  const { stdout } = await run('pgrep', ['-P', String(process.pid), '-f', 'joey-outside watch'])
  process.kill(Number(stdout.trim()), 'SIGSTOP')
  for (let index = 0; index < 3000; index += 1) writeFileSync(at(`many${index}`), '')
  process.kill(Number(stdout.trim()), 'SIGCONT')
  expect((await seen()).length).toBeLessThanOrEqual(1000)
  expect(state.lost).toBe(1)
  writeFileSync(at('a/after'), '')
  expect(await seen()).toEqual(['a/after'])
  expect(state.lost).toBe(1)
})

test('what came and went while the kernel had dropped events is watched as it is then', async () => {
  await open()
  const pid = await watcher()
  process.kill(pid, 'SIGSTOP')
  const most = Number(readFileSync('/proc/sys/fs/fanotify/max_queued_events', 'utf8'))
  for (let number = 0; number < most; number += 1) writeFileSync(at(`a/${number}`), '')
  mkdirSync(at('late/below'), { recursive: true })
  renameSync(at('a/b'), at('moved'))
  process.kill(pid, 'SIGCONT')
  await watch?.settled()
  expect(state.lost).toBeGreaterThan(0)
  await seen()
  writeFileSync(at('late/below/file'), 'x')
  writeFileSync(at('moved/file'), 'x')
  expect((await seen()).sort()).toEqual(['late/below/file', 'moved/file'])
})

test('who moves a large tree to and fro has it take no more than a part of a processor', async () => {
  for (let number = 0; number < 1500; number += 1) mkdirSync(at(`tree/${number}`), { recursive: true })
  await open(2000)
  const [before, began] = [spentMs(), performance.now()]
  while (performance.now() - began < 2000) {
    renameSync(at('tree'), at('moved'))
    renameSync(at('moved'), at('tree'))
    await turn()
  }
  // A quarter, and what it was in the middle of.
  expect((spentMs() - before) / (performance.now() - began)).toBeLessThan(0.4)
})

/** Time of a processor that the watching program has had. */
function spentMs(): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const own = all
    .map(readStat)
    .find(
      (stat) => stat.includes(`(joey-outside) S ${process.pid} `) || stat.includes(`(joey-outside) R ${process.pid} `),
    )
  const fields = own?.slice(own.lastIndexOf(')') + 2).split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}

test('names are bytes, whatever is in them', async () => {
  await open()
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x0a, 0x20, 0x63])]), '')
  expect(await seen()).toEqual(['\u00ff\n c'])
})

test('what cannot be watched is refused with what the kernel says of it', async () => {
  const listener = { onChange() {}, onLost() {}, onFull() {}, onEnd: () => expect.unreachable() }
  await expect(openFolderWatch({ held: ['/dev/null'], most: 1 }, listener)).rejects.toThrow(/cannot watch .*Not a dir/)
})

async function watcher(): Promise<number> {
  const { stdout } = await run('pgrep', ['-P', String(process.pid), '-f', 'joey-outside watch'])
  return Number(stdout.trim())
}

test('an end that nobody asked for is reported', async () => {
  await open()
  process.kill(await watcher(), 'SIGKILL')
  await expect.poll(() => state.ended).toBe(1)
  await watch?.settled()
})

test('it gives up every right but that to read', async () => {
  await open()
  const status = await run('grep', ['-E', '^(Uid|CapEff|CapPrm|NoNewPrivs)', `/proc/${await watcher()}/status`])
  expect(status.stdout.split('\n').map((line) => line.split('\t').at(-1))).toEqual(
    expect.arrayContaining(['65534', '0000000000000004', '1']),
  )
})
