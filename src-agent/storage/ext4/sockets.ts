import { constants } from 'node:fs'
import { chmod, lchown, lutimes, open, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, dirname } from 'node:path'
import type { SocketNode } from './disk-to-tar.ts'
import { placeOf } from './layer-to-disk.ts'

/** tar has no word for sockets, and only listening makes one. Its times are set to the microsecond. */
export async function makeSocket(layer: string, node: SocketNode): Promise<void> {
  const folder = await open(dirname(layer), constants.O_DIRECTORY)
  try {
    // By descriptor, because the path of a socket must be short.
    const temporary = `/proc/self/fd/${folder.fd}/${basename(layer)}.s`
    const place = placeOf(layer, node.path)
    await rm(temporary, { force: true })
    const server = createServer()
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(temporary, resolve))
    await rename(temporary, place)
    await new Promise((resolve) => server.close(resolve))
    await lchown(place, node.uid, node.gid)
    await chmod(place, node.mode)
    await lutimes(place, ...bothTimes(node.modified))
  } finally {
    await folder.close()
  }
}

function bothTimes(nanoseconds: bigint): [number, number] {
  const seconds = Number((nanoseconds + 500n) / 1_000n) / 1e6
  return [seconds, seconds]
}
