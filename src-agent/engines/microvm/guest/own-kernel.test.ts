import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../../base/process/run.ts'
import { wrapKernel } from './guest-kernel.ts'
import { readOwnKernel } from './own-kernel.ts'

const me = process.getuid?.() ?? 0

/** With the note that says where to enter it. */
function buildKernel(): Buffer {
  const image = Buffer.alloc(1024 * 1024)
  Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0]).copy(image, 5000)
  image.write('Xen\0', 5012, 'latin1')
  image.writeUInt32LE(0x100_0040, 5016)
  return wrapKernel(image)
}

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-kernel-'))
  path = join(folder, 'vmlinux')
  writeFileSync(path, buildKernel(), { mode: 0o644 })
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a kernel that only its owner can change is taken as it is', async () => {
  expect((await readOwnKernel(path, me)).equals(buildKernel())).toBe(true)
})

test.each<[string, RegExp, () => unknown]>([
  ['that others can change', /others than its owner/, () => chmodSync(path, 0o646)],
  ['that its group can change', /others than its owner/, () => chmodSync(path, 0o664)],
  ['that is not there', /ENOENT/, () => rmSync(path)],
  ['that is a link', /symbolic link/, () => (rmSync(path), symlinkSync('/proc/version', path))],
  ['that is a folder', /no regular file/, () => (rmSync(path), mkdirSync(path))],
  ['that is a named pipe', /no regular file/, () => (rmSync(path), run('mkfifo', [path], { timeoutMs: 5_000 }))],
  ['that is too large', /larger than 256 MiB/, () => truncateSync(path, 257 * 1024 * 1024)],
  ['that is compressed', /not "bzImage"/, () => writeFileSync(path, Buffer.alloc(4096))],
  ['for another processor', /another processor/, () => writeFileSync(path, forOther())],
  ['without an entry', /PVH/, () => writeFileSync(path, buildKernel().subarray(0, 100))],
  ['that is empty', /ELF/, () => truncateSync(path, 0)],
])('a file %s is refused with the reason', async (_name, reason, change) => {
  await change()
  await expect(readOwnKernel(path, me)).rejects.toMatchObject({
    wire: { reason: 'guest-kernel-refused', message: expect.stringMatching(reason), remedy: { kind: 'runCommand' } },
  })
})

test('a file of another owner is refused', async () => {
  await expect(readOwnKernel(path, me + 1)).rejects.toMatchObject({
    wire: { message: expect.stringContaining('does not belong to root') },
  })
})

function forOther(): Buffer {
  const kernel = buildKernel()
  kernel.writeUInt16LE(183, 18)
  return kernel
}
