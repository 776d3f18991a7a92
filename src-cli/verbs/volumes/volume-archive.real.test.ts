import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const scratch = mkdtempSync(join(tmpdir(), 'joey-volume-archive-'))
const archive = join(scratch, 'data.tar')
const joey = (...args: string[]) => testAgent.joey(args)
const inVolume = (name: string, script: string) =>
  joey('run', '--rm', '--network', 'none', '-v', `${name}:/data`, 'busybox', 'sh', '-c', `cd /data; ${script}`)
const facts = 'find . | sort | xargs stat -c "%n %F %u:%g %a %h %s"; cat second; readlink folder/link'

beforeAll(async () => {
  const made = await inVolume(
    'data',
    'umask 022; echo one >first; ln first second; chown 70:71 first; mkdir -m 2750 folder; chown 5:6 . folder; ln -s /etc/passwd folder/link; mkfifo pipe; truncate -s 9000000 holes',
  )
  if (made.code !== 0) throw new Error(made.stderr)
}, 60_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('a volume comes back from its archive, file by file with owners, modes, links and holes', async () => {
  expect(await joey('volume', 'export', 'data', '-o', archive)).toMatchObject({ code: 0, stdout: `${archive}\n` })
  expect(await joey('volume', 'import', 'copy', archive)).toMatchObject({ code: 0, stdout: 'copy\n' })
  const [before, after] = [await inVolume('data', facts), await inVolume('copy', facts)]
  expect(before.stdout).toContain('./first regular file 70:71 644 2 4\n')
  expect(after.stdout).toBe(before.stdout)
  const listed = execFileSync('tar', ['-tvf', archive, '--numeric-owner'], { encoding: 'utf8' })
  expect(listed).toMatch(/^-rw-r--r-- 70\/71 .* \.\/first$/m)
  expect(await joey('volume', 'export', 'data', '-o', archive)).toMatchObject({ code: 1 })
})

test('an archive goes through a pipe, while a sandbox uses the volume too, and what tar packs is taken', async () => {
  await testAgent.startSleeper('user', '-v', 'data:/data')
  const piped = await joey('volume', 'export', 'data')
  expect(piped).toMatchObject({ code: 0, stderr: '' })
  const made = await testAgent.joey(['volume', 'import', 'piped', '-'], { input: piped.bytes })
  expect(made.code, made.stderr).toBe(0)
  expect((await inVolume('piped', 'cat first')).stdout).toBe('one\n')
  const used = await testAgent.joey(['volume', 'import', '-f', 'data'], { input: piped.bytes })
  expect(used).toMatchObject({ code: 1 })
  expect(used.stderr).toContain('used by user')
  expect((await joey('rm', '-f', 'user')).code).toBe(0)
  const name = `${'n'.repeat(60)}/${'m'.repeat(60)}`
  const packed = packOf('packed', name, 'gnu', '--format=gnu', '--gzip', '--owner=:9')
  expect((await testAgent.joey(['volume', 'import', 'packed'], { input: packed })).code).toBe(0)
  expect((await inVolume('packed', `cat ${name}; stat -c %u ${name}`)).stdout).toBe('gnu9\n')
})

test('what a volume holds is replaced by a yes only, and then all of it', async () => {
  await inVolume('held', 'echo mine >mine')
  const input = packOf('replacing', 'theirs', 'theirs')
  const refused = await testAgent.joey(['volume', 'import', 'held'], { input })
  expect(refused).toMatchObject({ code: 1 })
  expect((await inVolume('held', 'ls')).stdout).toBe('mine\n')
  expect((await testAgent.joey(['volume', 'import', '--force', 'held'], { input })).code).toBe(0)
  expect((await inVolume('held', 'ls')).stdout).toBe('theirs\n')
})

/** A folder with one file, as the tar of this machine packs it. */
function packOf(folder: string, name: string, content: string, ...options: string[]): Buffer {
  const path = join(scratch, folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return execFileSync('tar', ['-c', ...options, '-C', join(scratch, folder), '.'])
}
