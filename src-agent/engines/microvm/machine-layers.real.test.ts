import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { createMachineFixture, type MachineFixture } from '../../testing/engines/machine-fixture.ts'
import { prepareMicrovm } from '../../testing/engines/microvm-setting.ts'

const signal = AbortSignal.timeout(300_000)

describe('the layers of a micro-VM', () => {
  let folder: string
  let fixture: MachineFixture

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jyo-'))
    fixture = createMachineFixture(await prepareMicrovm(folder, { templates: true }), folder)
  })
  afterEach(() => fixture.clear())
  afterAll(async () => {
    await fixture?.setting.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  const files = (tree: string, content: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(join(tree, path, '..'), { recursive: true })
      writeFileSync(join(tree, path), text)
    }
  }
  const toErofs = async (tree: string) => {
    await run('mkfs.erofs', ['-zlz4', `${tree}.erofs`, tree], { timeoutMs: 30_000 })
    return `${tree}.erofs`
  }

  test('the topmost of several hides, replaces and covers what is below it', async () => {
    const { tree } = fixture.setting
    files(tree, {
      'etc/stays': 'below',
      'etc/goes': 'below',
      'etc/changes': 'below',
      'opt/covered/a': 'below',
      'opt/open/a': 'below',
    })
    const top = join(folder, 'top')
    files(top, { 'etc/changes': 'above', 'opt/covered/b': 'above', 'opt/open/b': 'above' })
    await run('mknod', [join(top, 'etc/goes'), 'c', '0', '0'])
    await run('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', join(top, 'opt/covered')])
    chownSync(top, 7, 8)
    chmodSync(top, 0o751)
    const below = join(folder, 'below.erofs')
    await run('mkfs.erofs', [below, tree], { timeoutMs: 30_000 })
    const plan = fixture.plan(1, 'sleep 1000', { lowers: [top, tree], lowerFiles: [await toErofs(top), below] })
    await fixture.launch(plan)
    const script = 'cat /etc/stays /etc/changes; echo; ls /etc/goes 2>/dev/null; echo /opt/*/*; ls -ldn /'
    const [texts, ...rest] = (await fixture.runShell(plan, script)).split('\n')
    expect(texts).toBe('belowabove')
    expect(rest[0]).toBe('/opt/covered/b /opt/open/a /opt/open/b')
    expect(rest[1]).toMatch(/^drwxr-x--x +\d+ 7 +8 /)
    expect(
      await fixture.runShell(plan, 'rm /etc/stays && ls /etc/stays 2>/dev/null; echo new >/etc/goes; cat /etc/goes'),
    ).toBe('new')
  })

  test('a copy of the disk holds what was written before it was flushed', async () => {
    const { driver } = fixture.setting
    const plan = fixture.plan(1, 'sleep 1000')
    await fixture.launch(plan)
    await fixture.runShell(plan, 'seq 100000 >/numbers; mkdir /kept; echo kept >/kept/file')
    await driver.flushDisk(plan.id, plan.paths)
    await driver.pause(plan.id)
    const copy = join(folder, 'copy.ext4')
    await fixture.copy(plan.paths.disk, copy)
    await driver.resume(plan.id)
    const upper = join(folder, 'upper')
    await createDiskConverter(run).readDisk({ disk: copy, upper, signal })
    const { stdout } = await run('sh', ['-c', 'wc -l <numbers; tail -n1 numbers; cat kept/file'], { cwd: upper })
    expect(stdout).toBe('100000\n100000\nkept\n')
  })

  test.each([
    ['that a program handles', 'trap "exit 0" TERM; while :; do sleep 0.05; done', 'TERM', true],
    ['that nobody handles', 'while :; do sleep 0.05; done', 'TERM', false],
    ['that nobody can handle', 'while :; do sleep 0.05; done', 'KILL', true],
  ])('a signal %s is distinguished', async (_name, script, signalName, handled) => {
    const plan = fixture.plan(1, `${script}`)
    await fixture.launch(plan)
    const handles = () => fixture.setting.driver.handlesSignal(plan.id, signalName)
    await expect.poll(handles, { timeout: 5_000 }).toBe(handled)
  })
})
