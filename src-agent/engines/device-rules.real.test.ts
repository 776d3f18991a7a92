import { existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { outsideProgram } from './bind-mounts.ts'
import { listDevices } from './device-rules.ts'

/** Of version 2, also where the controllers are those of version 1. */
const root = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((at) => existsSync(join(at, 'cgroup.controllers')))
const program = outsideProgram()
const cgroup = join(root ?? '', `joey-test-devices-${process.pid}`)
const canTry = root !== undefined && program !== null

beforeEach(() => {
  if (canTry) mkdirSync(cgroup)
})
afterEach(() => {
  if (canTry) rmdirSync(cgroup)
})

/** What a program of the cgroup says after a try of each. */
async function tryDevices(script: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `echo 0 >"$1"/cgroup.procs; ${script}`, 'sh', cgroup], {
    timeoutMs: 10_000,
  })
  return stdout
}
const open = (name: string, how: string) => `(exec 3${how}/dev/${name}) 2>&- && echo '${name} ${how}'`
const attempts = `${open('null', '<>')}; ${open('zero', '<')}; ${open('zero', '<>')}; ${open('full', '<')}; echo end`

test.runIf(canTry)(
  'a cgroup of version 2 has the devices that it is given, in the way that it is given them',
  async () => {
    expect(await tryDevices(attempts)).toBe('null <>\nzero <\nzero <>\nfull <\nend\n')
    await run(program ?? '', ['devices', cgroup, 'c 1:3 rw', 'c 1:5 r', 'b *:* m', 'c *:* m'])
    expect(await tryDevices(attempts)).toBe('null <>\nzero <\nend\n')
  },
)

test.runIf(canTry)('without any rule it has none, and a node of one can be made only where that is said', async () => {
  const make = 'd=$(mktemp -d); mknod $d/disk b 7 0 2>&- && echo made; rm -r $d; echo end'
  expect(await tryDevices(make)).toBe('made\nend\n')
  await run(program ?? '', ['devices', cgroup])
  expect(await tryDevices(`${make}; ${attempts}`)).toBe('end\nend\n')
})

test.runIf(canTry)('what is refused stays refused, whatever is allowed later', async () => {
  await run(program ?? '', ['devices', cgroup])
  await run(program ?? '', ['devices', cgroup, 'c *:* rwm', 'b *:* rwm'])
  expect(await tryDevices(attempts)).toBe('end\n')
})

test.runIf(canTry).each(['x 1:3 rw', 'c 1:3', 'c 1 rw', 'c one:3 rw', 'c 1:3 rwx'])('"%s" is no rule', async (rule) => {
  const { stderr } = await run(program ?? '', ['devices', cgroup, rule], { okExitCodes: [1] })
  expect(stderr).toContain('not a rule of devices')
})

describe.runIf(canTry)('what a cgroup of version 2 may use', () => {
  const asked = ['c 1:3', 'c 1:5', 'c 10:232', 'b 7:0', 'b 511:7']
  const list = (at: string) => listDevices(basename(at), asked, { root: dirname(at) })

  test('is everything where no program decides it', async () => {
    expect(await list(cgroup)).toBe(asked.map((device) => `${device} rwm\n`).join(''))
  })

  test('is read back from the programs that decide it, and all of them have to allow it', async () => {
    await run(program ?? '', ['devices', cgroup, 'c 1:3 rw', 'c 1:5 r', 'b 7:* rwm', 'c *:* m'])
    expect(await list(cgroup)).toBe('c 1:3 rwm\nc 1:5 rm\nc 10:232 m\nb 7:0 rwm\n')
    const inner = join(cgroup, 'inner')
    mkdirSync(inner)
    await run(program ?? '', ['devices', inner, 'c 1:3 r', 'c 10:232 rw'])
    expect(await list(inner)).toBe('c 1:3 r\n')
    rmdirSync(inner)
  })

  test('is not guessed of what is no cgroup', async () => {
    await expect(listDevices('joey-nowhere', asked, { root: root ?? '' })).rejects.toThrow()
  })
})
