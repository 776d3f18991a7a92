import { createWriteStream, type WriteStream } from 'node:fs'
import { open } from 'node:fs/promises'

/** A new file of a staging folder, to be written to its end. */
export function createStagingFile(path: string): WriteStream {
  return createWriteStream(path, { flags: 'wx', mode: 0o600 })
}

/** A new and empty one, for somebody who opens it himself. */
export async function makeEmptyFile(path: string): Promise<void> {
  await (await open(path, 'wx', 0o600)).close()
}
