import { constants, type Dirent } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import type { HostPath } from '../base/host-path/open-host-path.ts'

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants
/** Of a folder with more than that, the rest of the inner ones is not read. */
const maxInner = 1000

/** The path of a socket in a folder or in a folder of it, from the folder on; null where there is none. */
export async function findSocket({ handle }: Pick<HostPath, 'handle'>): Promise<string | null> {
  const folder = `/proc/self/fd/${handle.fd}`
  const entries = await listFolder(folder)
  const direct = entries.find((entry) => entry.isSocket())
  if (direct !== undefined) return direct.name
  const inner = entries.filter((entry) => entry.isDirectory()).slice(0, maxInner)
  for (const { name } of inner) {
    const socket = await socketIn(`${folder}/${name}`)
    if (socket !== null) return `${name}/${socket}`
  }
  return null
}

/** Held while it is read, so that it is no link by then. One that is gone or closed to this account holds nothing. */
async function socketIn(path: string): Promise<string | null> {
  const folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch(() => null)
  if (folder === null) return null
  try {
    return (await listFolder(`/proc/self/fd/${folder.fd}`)).find((entry) => entry.isSocket())?.name ?? null
  } finally {
    await folder.close()
  }
}

async function listFolder(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch(() => [])
}
