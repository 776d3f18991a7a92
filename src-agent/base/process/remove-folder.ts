import { rm } from 'node:fs/promises'
import { run } from './run.ts'

/** Removes what a guest may have written, with all that is in it. Absent is no error. */
export async function removeFolder(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  await remove().catch(async () => {
    // A guest that was granted LINUX_IMMUTABLE can leave files that even root cannot remove. Links are not followed.
    await run('chattr', ['-R', '-f', '-i', '-a', folder], { timeoutMs: 60_000, okExitCodes: [0, 1] })
    await remove()
  })
}
