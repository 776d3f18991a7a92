import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const { joey } = testAgent
const folder = mkdtempSync(join(tmpdir(), 'joey-cp-streams-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tar = (...args: readonly string[]) => execFileSync('tar', ['-C', folder, '-c', ...args])
const listed = (archive: Buffer) =>
  execFileSync('tar', ['-tv', '--numeric-owner', '--full-time'], { input: archive, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/ {2,}/g, ' ').split(' '))
    .map(([mode, owner, size, , , ...name]) => [mode, owner, size, name.join(' ')].join(' '))

describe.each(['container', 'gvisor', 'microvm'])('in the class %s a tar file', (own) => {
  test('on standard input is unpacked with owners, modes, links and times, and comes back the same', async () => {
    const name = `box-${own}`
    await testAgent.startSleeper(name, '--class', own)
    mkdirSync(join(folder, own, 'sub'), { recursive: true })
    writeFileSync(join(folder, own, 'sub', 'file'), 'content\n', { mode: 0o640 })
    execFileSync('ln', [join(folder, own, 'sub', 'file'), join(folder, own, 'sub', 'other')])
    symlinkSync('sub/file', join(folder, own, 'link'))
    const archive = tar('--owner=1000', '--group=1001', '--mtime=@1700000000', '--sort=name', own)
    const put = await joey(['cp', '-', `${name}:/srv`], { input: archive })
    expect(put).toMatchObject({ code: 1, stderr: expect.stringContaining('/srv') })
    await joey(['exec', name, 'mkdir', '/srv'])
    expect(await joey(['cp', '-', `${name}:/srv`], { input: archive })).toMatchObject({ code: 0, stdout: '' })
    const script = `cd /srv/${own}; stat -c '%u:%g %a %Y' sub/file; cat sub/other; readlink link; stat -c %u link sub`
    expect((await joey(['exec', name, 'sh', '-c', script])).stdout).toBe(
      '1000:1001 640 1700000000\ncontent\nsub/file\n1000\n1000\n',
    )
    await joey(['stop', '-t', '0', name])
    const got = await joey(['cp', `${name}:/srv/${own}`, '-'])
    expect(got.code).toBe(0)
    expect(listed(got.bytes)).toEqual([
      `drwxr-xr-x 1000/1001 0 ${own}/`,
      `lrwxrwxrwx 1000/1001 0 ${own}/link -> sub/file`,
      `drwxr-xr-x 1000/1001 0 ${own}/sub/`,
      `-rw-r----- 1000/1001 8 ${own}/sub/file`,
      `-rw-r----- 1000/1001 8 ${own}/sub/other`,
    ])
    const inner = await joey(['cp', '-q', `${name}:/srv/${own}/.`, '-'])
    expect(inner.stderr).toBe('')
    expect(listed(inner.bytes).map((line) => line.split(' ')[3])).toEqual(['link', 'sub/', 'sub/file', 'sub/other'])
  })
})

test('what reaches elsewhere, lies behind a link or is no archive changes nothing', async () => {
  await testAgent.startSleeper('box')
  await joey(['exec', 'box', 'sh', '-c', 'mkdir /to; ln -s /etc /to/way'])
  writeFileSync(join(folder, 'first'), 'x')
  const outside = tar('first', '--transform=s,first,../passwd,', 'first')
  const behind = execFileSync('sh', [
    '-c',
    'cd "$1" && mkdir two && ln -s /etc two/way && tar -c two/way && rm two/way && mkdir two/way && echo x >two/way/x && tar -c two/way/x',
    'sh',
    folder,
  ])
  const joined = Buffer.concat([behind.subarray(0, 512), behind.subarray(10_240)])
  const throughOld = tar('--transform=s,first,way/passwd,', 'first')
  for (const [archive, words] of [
    [outside, 'leads elsewhere'],
    [joined, 'behind a link'],
    [throughOld, 'link'],
    [Buffer.from('no archive at all'), ''],
  ] as const) {
    const refused = await joey(['cp', '-', 'box:/to'], { input: archive })
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(words) })
    expect((await joey(['exec', 'box', 'ls', '/to'])).stdout).toBe('way\n')
  }
  expect((await joey(['exec', 'box', 'wc', '-l', '/etc/passwd'])).code).toBe(0)
})

test('a compressed one is unpacked, a pipe in one is left out with a word, and an image gives one too', async () => {
  await testAgent.startSleeper('box2')
  writeFileSync(join(folder, 'third'), 'x')
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const put = await joey(['cp', '-', 'box2:/tmp'], { input: tar('-z', 'pipe', 'third') })
  expect(put).toMatchObject({ code: 0 })
  expect(put.stderr).toContain('/tmp/pipe')
  expect((await joey(['exec', 'box2', 'cat', '/tmp/third'])).stdout).toBe('x')
  const file = await joey(['cp', 'image:busybox:/etc/passwd', '-'])
  expect(listed(file.bytes).map((line) => line.split(' ').slice(0, 2))).toEqual([['-rw-r--r--', '0/0']])
})
