import { open, stat, truncate } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { damagedDisk } from '../ext4/disk-errors.ts'

const patienceMs = 30 * 60_000
const mebibyte = 2 ** 20
/** The usual share; as many files as that, each with a few KiB, fill the disk by their content. */
const bytesPerInode = 16_384
const [smallDisk, smallJournal, journal] = [128 * mebibyte, 4, 16]
/** Not what this machine's mke2fs.conf says. No blocks are held back for growing: that is done at rest. */
const features =
  'none,has_journal,ext_attr,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum,ea_inode'

/** Makes the file, which takes next to no room until something is written in it. MUST not exist. */
export async function makeDiskFile(run: Run, file: string, bytes: number, signal: AbortSignal): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.truncate(bytes)
  } finally {
    await handle.close()
  }
  const inodes = Math.ceil(bytes / bytesPerInode)
  const args = ['-q', '-F', '-t', 'ext4', '-b', '4096', '-I', '256', '-m', '0', '-N', `${inodes}`, '-O', features]
  const lazy = 'lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0,nodiscard'
  const size = bytes < smallDisk ? smallJournal : journal
  await run('mke2fs', [...args, '-J', `size=${size}`, '-E', lazy, file], { signal, timeoutMs: patienceMs })
}

/** Another size, of a disk that is mounted nowhere. Less than what is in it is refused. */
export async function resizeDiskFile(run: Run, file: string, bytes: number, signal: AbortSignal): Promise<void> {
  const before = (await stat(file)).size
  const check = await run('e2fsck', ['-f', '-p', file], { signal, timeoutMs: patienceMs, okExitCodes: [0, 1, 4, 8] })
  if (check.code > 1) throw damagedDisk(`e2fsck ended with ${check.code}: ${check.stdout.slice(-2_000)}`)
  if (bytes > before) await truncate(file, bytes)
  const size = `${Math.floor(bytes / 1024)}K`
  const { code, stderr } = await run('resize2fs', [file, size], { signal, timeoutMs: patienceMs, okExitCodes: [0, 1] })
  if (code !== 0) throw doesNotFit(bytes, stderr)
  if (bytes < before) await truncate(file, bytes)
}

/** The limit is below what there is; `detail` are words of a tool. */
export function doesNotFit(bytes: number, detail?: string): Error {
  const wanted = Math.floor(bytes / mebibyte)
  return appError('disk-limit-below-use', { wanted }, detail === undefined ? {} : { detail })
}

/** The loop device of a file, found by the file itself and not by its name. */
async function deviceOf(run: Run, file: string): Promise<string | null> {
  const args = ['--noheadings', '--output', 'NAME', '--associated', file]
  const { stdout } = await run('losetup', args, { timeoutMs: 10_000 })
  return stdout.trim().split('\n')[0] || null
}

const [tries, pauseMs] = [100, 20]

/** The kernel lets go of a file a moment after its last mount has gone. */
export async function requireDetached(run: Run, file: string): Promise<void> {
  for (let left = tries; left > 0; left -= 1) {
    if ((await deviceOf(run, file)) === null) return
    await sleep(pauseMs)
  }
  throw appError('disk-in-use')
}
