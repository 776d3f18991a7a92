import { existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { outsideProgram } from './bind-mounts.ts'

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
