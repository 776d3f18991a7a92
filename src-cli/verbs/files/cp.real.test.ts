import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const folder = mkdtempSync(join(tmpdir(), 'joey-cp-test-'))
const at = (...parts: readonly string[]) => join(folder, ...parts)
const read = (...parts: readonly string[]) => readFileSync(at(...parts), 'utf8')
const cp = (source: string, target: string) => testAgent.joey(['cp', source, target], { cwd: folder })
const inside = async (script: string) => (await testAgent.joey(['exec', 'copied', 'sh', '-c', script])).stdout

beforeAll(async () => {
  await testAgent.joey(['run', '-d', '--name', 'copied', 'busybox', 'sleep', '10000'])
  await inside('mkdir -p /from/sub /empty; echo one >/from/one; echo two >/from/sub/two')
  mkdirSync(at('own/sub'), { recursive: true })
  writeFileSync(at('own/a'), 'a\n')
  writeFileSync(at('own/sub/b'), 'b\n')
})
afterAll(async () => {
  await testAgent.joey(['rm', '-f', 'copied'])
  rmSync(folder, { recursive: true, force: true })
})

describe('out of a sandbox', () => {
  test('a file goes into a folder that is there, takes a new name, and replaces a file', async () => {
    expect(await cp('copied:/from/one', '.')).toMatchObject({ code: 0 })
    expect(await cp('copied:from/one', 'renamed')).toMatchObject({ code: 0 })
    expect([read('one'), read('renamed')]).toEqual(['one\n', 'one\n'])
    writeFileSync(at('renamed'), 'something else that is longer\n')
    expect(await cp('copied:/from/one', './renamed')).toMatchObject({ code: 0 })
    expect(read('renamed')).toBe('one\n')
    expect(readdirSync(folder).filter((name) => name.startsWith('.joey-cp-'))).toEqual([])
  })

  test('a folder goes into one that is there, takes a new name, and with /. only what is in it is copied', async () => {
    mkdirSync(at('into'))
    for (const target of ['into', 'new']) expect(await cp('copied:/from', target)).toMatchObject({ code: 0 })
    expect([read('into/from/sub/two'), read('new/sub/two')]).toEqual(['two\n', 'two\n'])
    for (const target of ['into', 'made']) expect(await cp('copied:/from/.', target)).toMatchObject({ code: 0 })
    expect([read('into/one'), read('made/sub/two')]).toEqual(['one\n', 'two\n'])
    expect(await cp('copied:/empty/.', 'nothing')).toMatchObject({ code: 0 })
    expect(readdirSync(at('nothing'))).toEqual([])
  })

  test('what is not there, and a folder that is not there, are said, and nothing is made', async () => {
    expect(await cp('copied:/not-there', 'x')).toMatchObject({ code: 1 })
    const missing = await cp('copied:/from/one', 'no-folder/')
    expect(missing).toMatchObject({ code: 64 })
    expect(missing.stderr).toContain('There is no folder "no-folder/".')
    expect([existsSync(at('x')), existsSync(at('no-folder'))]).toEqual([false, false])
  })
})

describe('what is mounted in a sandbox', () => {
  beforeAll(async () => {
    mkdirSync(at('shared'))
    writeFileSync(at('shared/kept'), 'kept\n')
    const volumes = ['-v', `${at('shared')}:/mounted/own`, '-v', 'cp-volume:/volume']
    await testAgent.joey(['run', '-d', '--name', 'mounts', ...volumes, 'busybox', 'sleep', '10000'])
  })
  afterAll(async () => {
    await testAgent.joey(['rm', '-f', 'mounts'])
    await testAgent.joey(['volume', 'rm', 'cp-volume'])
  })

  test.each(['/mounted/own', '/mounted/own/kept', '/volume', '/volume/.', '/etc/hosts', '/proc/version'])(
    'is refused with what to do, and nothing is made: %s',
    async (path) => {
      const refused = await cp(`mounts:${path}`, 'from-mount')
      expect(refused).toMatchObject({ code: 1 })
      expect(refused.stderr).toMatch(/is mounted in the sandbox.*joey exec NAME tar/s)
      expect(existsSync(at('from-mount'))).toBe(false)
    },
  )

  test('is left out of a folder that has it in it, which is said', async () => {
    const copied = await cp('mounts:/mounted', 'around')
    expect(copied.code).toBe(0)
    expect(copied.stderr).toContain('/mounted/own is mounted in the sandbox.')
    expect(readdirSync(at('around'))).toEqual(['own'])
    const etc = await cp('mounts:/etc', 'etc')
    expect(etc.stderr).toContain('/etc/hosts is mounted in the sandbox.')
    expect(readdirSync(at('etc'))).not.toContain('hosts')
  })
})

describe('into a sandbox', () => {
  test('a link leads where it leads inside, and not to this machine', async () => {
    await inside(
      `mkdir -p /led/to; ln -s /led/to /to; ln -s ../../../../../led /up; ln -s ${folder}/own /away; echo old >/led/file; ln -s file /led/link`,
    )
    for (const target of ['/to', '/up', '/to/renamed', '/led/link'])
      expect(await cp('own/a', `copied:${target}`)).toMatchObject({ code: 0 })
    expect(
      await inside('cat /led/to/a /led/a /led/to/renamed /led/file; [ -L /to ] && [ -L /led/link ] && echo links'),
    ).toBe('a\na\na\na\nlinks\n')
    expect(await cp('own/.', 'copied:/to')).toMatchObject({ code: 0 })
    expect(await inside('cat /led/to/sub/b')).toBe('b\n')
    expect(await cp('own/a', 'copied:/away/b')).toMatchObject({ code: 1 })
    expect(readdirSync(at('own')).sort()).toEqual(['a', 'sub'])
  })

  test('a file goes into a folder that is there, takes a new name, and replaces a file', async () => {
    for (const target of ['/tmp', '/tmp/renamed', '/from/one', 'tmp/relative'])
      expect(await cp('own/a', `copied:${target}`)).toMatchObject({ code: 0 })
    expect(await inside('cat /tmp/a /tmp/renamed /from/one /tmp/relative; echo one >/from/one')).toBe('a\na\na\na\n')
  })

  test('a folder goes into one that is there, takes a new name, and with /. only what is in it is copied', async () => {
    for (const [source, target] of [
      ['own', '/srv-there'],
      ['own', '/srv-new'],
      ['own/.', '/srv-there'],
      ['own/.', '/srv-made'],
    ] as const) {
      if (target === '/srv-there') await inside('mkdir -p /srv-there')
      expect(await cp(source, `copied:${target}`)).toMatchObject({ code: 0 })
    }
    const paths = '/srv-there/own/sub/b /srv-new/sub/b /srv-there/sub/b /srv-made/sub/b'
    expect(await inside(`cat ${paths}`)).toBe('b\nb\nb\nb\n')
  })

  test('a folder that is not there is said', async () => {
    const missing = await cp('own/a', 'copied:/no-folder/')
    expect(missing).toMatchObject({ code: 64 })
    expect(missing.stderr).toContain('There is no folder')
  })
})

test('between two sandboxes it goes by way of this machine', async () => {
  await testAgent.joey(['run', '-d', '--name', 'other', 'busybox', 'sleep', '10000'])
  expect(await cp('copied:/from', 'other:/got')).toMatchObject({ code: 0 })
  expect(await testAgent.joey(['exec', 'other', 'cat', '/got/sub/two'])).toMatchObject({ stdout: 'two\n' })
  await testAgent.joey(['rm', '-f', 'other'])
})

test.each([
  [['own/a', './b'], 'One of the two must be in a sandbox'],
  [['own/a', '-'], 'One of the two must be in a sandbox'],
  [['-', '-'], 'One of the two must be in a sandbox'],
  [['-a', 'own/a', 'copied:/'], 'joey cp - NAME:PATH'],
  [['-L', 'copied:/from', '.'], 'copied as a link'],
])('%j is refused as a command line', async (line, words) => {
  const refused = await testAgent.joey(['cp', ...line], { cwd: folder })
  expect(refused).toMatchObject({ code: 64 })
  expect(refused.stderr).toContain(words)
})
