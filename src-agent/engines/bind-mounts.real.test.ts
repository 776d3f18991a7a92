import { constants, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nobodysIds } from '../base/kernel/id-ranges.ts'
import { endGroup } from '../base/process/kill-group.ts'
import { findResource } from '../base/process/resources.ts'
import { run, start } from '../base/process/run.ts'
import { fixedRules } from '../sandboxes/host-paths.ts'
import { holdSource } from '../sandboxes/mount-policy.ts'
import { bindCommand, makePlaces, movedCode } from './bind-mounts.ts'
import { userMap } from './user-ids.ts'

const O_PATH = 0o10000000
let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'joey-bind-'))
  for (const name of ['way/project', 'secret/project', 'places']) mkdirSync(join(base, name), { recursive: true })
  writeFileSync(join(base, 'way/project/who'), 'right')
  writeFileSync(join(base, 'secret/project/who'), 'wrong')
})
afterEach(() => rmSync(base, { recursive: true }))

/** As a sandbox that may write there does it: the folder on the way is a link for most of the time. */
const swapper = `
const { renameSync, symlinkSync, unlinkSync } = require('node:fs')
const [way, aside, secret] = process.argv.slice(1)
process.stdout.write('on')
for (;;) {
  renameSync(way, aside); symlinkSync(secret, way)
  unlinkSync(way); renameSync(aside, way)
}`

async function whileSwapped(work: () => Promise<void>): Promise<void> {
  const names = ['way', 'aside', 'secret'].map((name) => join(base, name))
  const child = start(process.execPath, ['-e', swapper, ...names], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  try {
    await work()
  } finally {
    await endGroup(child, 0)
  }
}

test('a folder on the way that is replaced all the time keeps no source from being held, and never leads elsewhere', async () => {
  const source = join(base, 'way/project')
  const right = await run('stat', ['-c', '%i', source])
  await whileSwapped(async () => {
    for (let round = 0; round < 40; round += 1) {
      const mount = { kind: 'bind', source, target: '/x', readOnly: false } as const
      const held = await holdSource(mount, fixedRules([]), [{ kind: 'host-path', path: base, access: 'rw' }])
      expect(String(held.stats.ino)).toBe(right.stdout.trim())
      await held.close()
    }
  })
})

const program = findResource(`outside/${process.arch}/joey-outside`)
const ways = [
  { by: 'joey-outside', program },
  { by: 'the script for other processors', program: null },
] as const

test.each(ways)('nor from being bound, by $by', async ({ program }) => {
  const source = join(base, 'way/project')
  const handle = await open(source, O_PATH | constants.O_DIRECTORY)
  try {
    await whileSwapped(async () => {
      for (let round = 0; round < 20; round += 1) {
        const place = join(base, 'places', String(round))
        const held = `/proc/${process.pid}/fd/${handle.fd}`
        const binds = [{ source, place, readOnly: false, held, isFolder: true }]
        makePlaces(binds)
        const own = ['--mount', '--propagation', 'slave', ...bindCommand(binds, program), 'cat', join(place, 'who')]
        expect((await run('unshare', own)).stdout).toBe('right')
      }
    })
  } finally {
    await handle.close()
  }
})

/** Runs a command where a folder is shared as with a sandbox that has ids of its own, and shows how it ended. */
async function shareAndRun(source: string, handle: FileHandle, ...command: readonly string[]) {
  const room = join(base, 'places')
  const map = userMap(0, 0, nobodysIds)
  const share = ['share', source, 'shared', `/proc/${process.pid}/fd/${handle.fd}`, 'rw', map, map]
  const words = ['mount', String(nobodysIds), room, ...share, '--', ...command]
  return run(program ?? '', words)
}

test('nor from being shared with a sandbox that has ids of its own', async () => {
  const source = join(base, 'way/project')
  const handle = await open(source, O_PATH | constants.O_DIRECTORY)
  try {
    await whileSwapped(async () => {
      for (let round = 0; round < 40; round += 1) {
        const { stdout } = await shareAndRun(source, handle, 'cat', join(base, 'places/shared/who'))
        expect(stdout).toBe('right')
      }
    })
  } finally {
    await handle.close()
  }
})

const led = async (work: (source: string, handle: FileHandle) => Promise<void>) => {
  const handle = await open(join(base, 'way/project'), O_PATH | constants.O_DIRECTORY)
  try {
    await work(join(base, 'secret/project'), handle)
  } finally {
    await handle.close()
  }
}

test('where a name leads elsewhere for good, what was checked is shared', () =>
  led(async (source, handle) => {
    const { stdout } = await shareAndRun(source, handle, 'cat', join(base, 'places/shared/who'))
    expect(stdout).toBe('right')
  }))

test('or bound, where only the sandbox sees it, and nothing of what is mounted below, read-only where it shall be', () =>
  led(async (source, handle) => {
    const inner = join(base, 'way/project/inner')
    mkdirSync(inner)
    await run('mount', ['-t', 'tmpfs', 'joey', inner])
    try {
      writeFileSync(join(inner, 'secret'), '')
      const place = join(base, 'places/0')
      const held = `/proc/${process.pid}/fd/${handle.fd}`
      const binds = [{ source, place, readOnly: true, held, isFolder: true }]
      makePlaces(binds)
      const script = `cd ${place}; cat who; ls inner; touch new || pwd; grep -c ' ${place} ' /proc/self/mountinfo`
      const own = ['--mount', '--propagation', 'slave', ...bindCommand(binds, program), 'sh', '-c', script]
      expect((await run('unshare', own)).stdout).toBe(`right${place}\n1\n`)
      expect(readdirSync(place)).toEqual([])
    } finally {
      await run('umount', [inner])
    }
  }))

test('by the script for other processors too, and one that is gone is not taken for what bears its name, and nothing is run', () =>
  led(async (source, handle) => {
    const held = `/proc/${process.pid}/fd/${handle.fd}`
    const [place, last] = [join(base, 'places/0'), join(base, 'places/1')]
    const bind = { source, place, readOnly: false, held, isFolder: true }
    makePlaces([bind, { ...bind, place: last }])
    const binding = (at: string) => bindCommand([{ ...bind, place: at }], null)
    const own = ['--mount', '--propagation', 'slave']
    expect((await run('unshare', [...own, ...binding(place), 'cat', join(place, 'who')])).stdout).toBe('right')
    rmSync(join(base, 'way/project'), { recursive: true })
    // What the kernel calls it from then on.
    mkdirSync(join(base, 'way/project (deleted)'))
    const command = [...own, ...binding(last), 'touch', join(base, 'ran')]
    const { code, stderr } = await run('unshare', command, { okExitCodes: [movedCode] })
    expect(code).toBe(movedCode)
    expect(stderr).toContain(`joey-source-moved:${source}`)
    await expect(open(join(base, 'ran'))).rejects.toMatchObject({ code: 'ENOENT' })
  }))
