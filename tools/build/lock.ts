import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../problem.ts'

const retryMs = 100
const deadlineMs = 180_000

/**
 * Runs the work while no other process of this checkout does. The lock names its holder, so that one left behind by a
 * killed process is taken over rather than waited for.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  const giveUpAt = performance.now() + deadlineMs
  while (!tryLock(file)) {
    if (performance.now() > giveUpAt) {
      throw new Problem(
        `Another build of this checkout has not ended for ${deadlineMs / 1000} s. End it, or delete ${file}.`,
      )
    }
    await sleep(retryMs)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (!isHolderAlive(file)) rmSync(file, { force: true })
    return false
  }
}

function isHolderAlive(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // An empty file is one that its holder has just made and not yet filled.
    if (pid > 0) process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
