import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError, appError } from '#contract/app-error'
import { usageError } from '../../command/usage-error.ts'
import type { Context, Output } from '../../context.ts'

/** Where an archive may come from and go to in place of a file. */
export const standardStream = '-'

/** Writes an archive, whole, to standard output. A terminal has no use for its bytes. */
export async function toStandardOutput({ stdout }: Context, make: (path: string) => Promise<unknown>): Promise<void> {
  if (stdout.isTTY) throw usageError('usage-output-missing')
  await withFolder(async (folder) => {
    const path = join(folder, 'archive.tar')
    await make(path)
    for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 }))
      await write(stdout, bytes as Buffer)
  })
}

/** The agent reads files, and may have to read one more than once. Who calls has seen to it that this is no terminal. */
export async function fromStandardInput<T>({ stdin }: Context, read: (path: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const path = join(folder, 'archive.tar')
    await pipeline(stdin, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return read(path)
  })
}

/** A folder of the caller alone, for as long as the work takes. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'joey-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function write(output: Output, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

/** Writes to a file; where one is there already, the option that replaces it is named. */
export async function toFile<T>(path: string, write: (path: string) => Promise<T>): Promise<T> {
  try {
    return await write(path)
  } catch (error) {
    if (AppError.from(error).wire.reason !== 'output-exists') throw error
    throw appError('output-exists', { path, option: '-f' }, { cause: error })
  }
}
