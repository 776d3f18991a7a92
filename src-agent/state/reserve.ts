import { randomBytes } from 'node:crypto'
import { type FileHandle, open, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import { isOutOfRoom, roomAt } from '../base/failures/machine-failure.ts'

/** Room on the disk of the state folder that is held back, so that freeing room never fails for want of it. */
export interface Reserve {
  /** Gives the room up where the disk is as good as full. */
  makeWay(): Promise<void>
  /**
   * Runs work that frees room: with the room of the reserve where the disk is as good as full, and once more with it where
   * the disk, or a quota, turns out to be full. Afterwards the reserve is made anew.
   */
  lend<T>(work: () => Promise<T>): Promise<T>
  /** Makes it where it is not there and there is room for more than it. */
  renew(): Promise<void>
  /** Resolves when nothing is done with it any more. */
  close(): Promise<void>
}

interface Deps {
  readonly file: string
  readonly log: Pick<Logger, 'warn'>
  /** Bytes that are free there; null where nobody can tell. */
  readonly room?: (path: string) => number | null
}

export const reserveBytes = 8 * 1024 * 1024
/** With less, a removal may not come to its end. */
const shortBytes = reserveBytes / 2
/** Making it must not be what fills the disk. */
const roomToRenew = 3 * reserveBytes
const chunkBytes = 1024 * 1024

export function createReserve({ file, log, room = roomAt }: Deps): Reserve {
  const roomNow = () => room(dirname(file))
  /** One change of the file after the other. */
  let changing: Promise<void> = Promise.resolve()
  let borrowers = 0
  const change = (work: () => Promise<void>): Promise<void> => {
    changing = changing.then(work).catch((err: unknown) => log.warn({ err }, 'the reserve could not be changed'))
    return changing
  }
  const giveUp = () => change(() => empty(file))
  const reserve: Reserve = {
    async makeWay() {
      if ((roomNow() ?? Number.POSITIVE_INFINITY) < shortBytes) await giveUp()
    },
    async lend(work) {
      borrowers += 1
      try {
        await reserve.makeWay()
        return await work()
      } catch (error) {
        if (!isOutOfRoom(error, dirname(file))) throw error
        await giveUp()
        return await work()
      } finally {
        borrowers -= 1
        void reserve.renew()
      }
    },
    renew: () =>
      change(async () => {
        if (borrowers > 0 || (roomNow() ?? 0) < roomToRenew || (await isWhole(file))) return
        await fill(file)
      }),
    close: () => changing,
  }
  return reserve
}

/** Its length is enough to know: it is written, never stretched. */
async function isWhole(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null)
  return found?.size === reserveBytes
}

/** With bytes that no file system can make smaller or leave out. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await writeAll(handle)
  } catch (error) {
    await handle.truncate(0)
    throw error
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle): Promise<void> {
  for (let at = 0; at < reserveBytes; at += chunkBytes) await handle.writeFile(randomBytes(chunkBytes))
  await handle.datasync()
}

async function empty(file: string): Promise<void> {
  await truncate(file, 0).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
