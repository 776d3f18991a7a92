import { closeSync, constants, existsSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Starts a container that crun has made, as `crun start` does where there are no hooks: its first process waits for a byte
 * from a pipe in the folder that crun keeps, and crun tells by that pipe whether a container was started (libcrun's
 * `libcrun_status_write_exec_fifo`). The command takes a process of five milliseconds for it. False where only the runtime can
 * do it: runc's pipe is read and not written, and other versions may have none.
 *
 * The pipe is removed last: whoever is ended before that finds it without a reader, and knows that the byte has arrived.
 */
export function startMade(folder: string): boolean {
  const pipe = join(folder, 'exec.fifo')
  if (!existsSync(join(folder, 'status')) || !existsSync(pipe)) return false
  try {
    const waiting = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
    writeSync(waiting, '\0')
    closeSync(waiting)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
  }
  unlinkSync(pipe)
  return true
}
