import { utimesSync } from 'node:fs'

/**
 * Whether nothing can be written to the file system of a folder of the agent's own. Tried: one that the kernel has stopped writing
 * to does not say so otherwise.
 */
export function isReadOnly(folder: string): boolean {
  try {
    const now = new Date()
    utimesSync(folder, now, now)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}
