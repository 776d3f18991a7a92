import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The checkout that these tools belong to. */
export const root = resolve(import.meta.dirname, '..')

/** Everything that a build makes; deleting it is always safe. */
export const outDir = join(root, 'out')

/** The command line of this checkout. */
export const joeyScript = join(root, 'joey')

/** A program that an npm package installed. */
export function npmBinary(name: string): string {
  return join(root, 'node_modules', '.bin', name)
}

/** Downloads that several checkouts share; deleting it costs a download. */
export function cacheDir(): string {
  const base = process.env['XDG_CACHE_HOME']
  return join(base ? resolve(base) : join(homedir(), '.cache'), 'joey')
}
