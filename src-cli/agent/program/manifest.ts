import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'

const manifestName = 'manifest'
const chunkBytes = 1024 * 1024

/** The content of a folder as one text: SHA-256, mode and path of each file. Its own digest names the folder. */
export function describeFiles(folder: string, paths: readonly string[]): string {
  return paths.map((path) => `${describeFile(join(folder, path))} ${path}\n`).join('')
}

/** The part of a folder's name that stands for its content. */
export function digestOf(manifest: string): string {
  return createHash('sha256').update(manifest).digest('hex').slice(0, 16)
}

export function manifestFile(folder: string): string {
  return join(folder, manifestName)
}

/** Whether every file that the manifest names is as it was, and the manifest is the one that the folder is named after. */
export function isUnchanged(folder: string): boolean {
  try {
    const manifest = readFileSync(manifestFile(folder), 'utf8')
    return basename(folder).endsWith(`-${digestOf(manifest)}`) && describeFiles(folder, pathsIn(manifest)) === manifest
  } catch {
    return false
  }
}

/** The files that a manifest names. */
export function pathsIn(manifest: string): readonly string[] {
  return manifest.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ').slice(2).join(' ')]))
}

function describeFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(chunkBytes)
    for (let bytes = -1; bytes !== 0; ) {
      bytes = readSync(file, buffer, 0, chunkBytes, null)
      hash.update(buffer.subarray(0, bytes))
    }
    return `${hash.digest('hex')} ${(fstatSync(file).mode & 0o7777).toString(8)}`
  } finally {
    closeSync(file)
  }
}
