import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { createMachineFixture, type MachineFixture } from '../../testing/engines/machine-fixture.ts'
import { prepareMicrovm } from '../../testing/engines/microvm-setting.ts'
import type { LaunchPlan, PartFile } from '../driver.ts'

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

  const toPart = async (tree: string, start: number): Promise<PartFile> => {
    const content = readFileSync(await toErofs(tree))
    const path = `${tree}.part`
    const file = openSync(path, 'w')
    writeSync(file, content, 0, content.length, start)
    closeSync(file)
    return { path, start, bytes: content.length }
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

  test('parts of an image take one disk, and are all there, after memory was saved too', async () => {
    const { tree, lowerFiles = [] } = fixture.setting
    const layers = Array.from({ length: 12 }, (_, index) => ({
      tree: join(folder, `layer${index}`),
      // Some longer than what QEMU finds by one entry of its table.
      content: randomBytes(200_000 * index).toString('hex'),
    }))
    for (const [index, layer] of layers.entries()) {
      files(layer.tree, { [`many/${index}`]: layer.content, 'many/top': String(index) })
    }
    const lowest = lowerFiles[0] ?? ''
    const parts = [{ path: lowest, start: 0, bytes: statSync(lowest).size }]
    for (const layer of layers) {
      const { start, bytes } = parts.at(-1) ?? { start: 0, bytes: 0 }
      parts.push(await toPart(layer.tree, Math.ceil((start + bytes) / 2 ** 20) * 2 ** 20))
    }
    const stand = { lowers: [...layers.map((layer) => layer.tree).reverse(), tree], lowerFiles: [parts] }
    const sums = 'echo 3 >/proc/sys/vm/drop_caches; cd /many && cat top && sha256sum $(ls | grep -v top | sort -n)'
    const expected = layers.map(
      ({ content }, index) => `${createHash('sha256').update(content).digest('hex')}  ${index}`,
    )
    const seen = async (plan: LaunchPlan) =>
      (await fixture.runShell(plan, sums)).replace(/^11/, '11\n').trim().split('\n')
    const plan = fixture.plan(1, 'sleep 1000', stand)
    await fixture.launch(plan)
    expect(await seen(plan)).toEqual(['11', ...expected])
    const state = join(folder, 'state')
    await fixture.save(plan, state)
    const again = fixture.plan(2, 'sleep 1000', stand)
    await fixture.restore(again, state)
    expect(await seen(again)).toEqual(['11', ...expected])
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
