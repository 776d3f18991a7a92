import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from '../command/usage-error.ts'

export interface MountRequest {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

interface Surroundings {
  readonly cwd: string
  readonly home: string | undefined
}

/** Reads `SOURCE:TARGET[:ro]`. A relative source starts at the current folder, `~` at the home folder. */
export function parseMount(text: string, surroundings: Surroundings): MountRequest {
  const parts = text.split(':')
  const mode = parts.length === 3 ? parts.pop() : 'rw'
  const [source, target] = parts
  if (parts.length !== 2 || !source || !target) {
    throw usageError(`-v ${text}: write SOURCE:TARGET, and :ro behind it to forbid writing.`)
  }
  if (mode !== 'ro' && mode !== 'rw') throw usageError(`-v ${text}: the mode is ro or rw, not "${mode}".`)
  if (!target.startsWith('/')) throw usageError(`-v ${text}: the path inside the sandbox must start with a slash.`)
  return { source: absolute(source, surroundings), target, readOnly: mode === 'ro' }
}

/** Says early, and in terms of the command line, what the agent would refuse. */
export function checkMountSource({ source }: MountRequest): void {
  const found = statSync(source, { throwIfNoEntry: false })
  if (!found) throw usageError(`-v: ${source} does not exist. Joey never makes the source of a mount.`)
  if (!found.isDirectory() && !found.isFile()) throw usageError(`-v: ${source} is neither a folder nor a file.`)
}

function absolute(source: string, { cwd, home }: Surroundings): string {
  if (source === '~' || source.startsWith('~/')) {
    if (!home) throw usageError(`-v ${source}: HOME is not set, so "~" means nothing here.`)
    return resolve(home, source.slice(2))
  }
  return resolve(cwd, source)
}
