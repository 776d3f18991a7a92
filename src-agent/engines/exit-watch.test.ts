import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchExits } from './exit-watch.ts'

test.each([
  ['the kernel has no watch to give', 'EMFILE'],
  ['the kernel watches no more files', 'ENOSPC'],
])('an end is reported although %s', async (_what, code) => {
  const folder = await mkdtemp(join(tmpdir(), 'joey-exits-'))
  const reported: string[] = []
  const stop = watchExits(
    folder,
    (id) => reported.push(id),
    () => {
      throw Object.assign(new Error(code), { code })
    },
  )
  try {
    await writeFile(join(folder, 'aaaa0000bbbb'), '0')
    await expect.poll(() => reported, { timeout: 5_000 }).toContain('aaaa0000bbbb')
  } finally {
    stop()
    await rm(folder, { recursive: true, force: true })
  }
})
