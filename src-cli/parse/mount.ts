import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { volumeName } from '#contract/words'
import { usageError } from '../command/usage-error.ts'

export interface MountRequest {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** Only where it was said. */
  readonly recursive?: true
  /** Only where it was refused. */
  readonly watch?: false
}

export interface VolumeRequest {
  /** Null: one of its own. */
  readonly volume: string | null
  readonly target: string
  readonly readOnly: boolean
  /** Only where it was refused. */
  readonly copy?: false
}

/** What an option asks for, by the field of a specification that it belongs to. */
export type AnyMount =
  | { readonly field: 'mounts'; readonly value: MountRequest }
  | { readonly field: 'volumes'; readonly value: VolumeRequest }
  | { readonly field: 'tmpfs'; readonly value: string }

export interface Surroundings {
  readonly cwd: string
  readonly home: string | undefined
}

const ofFolders: ReadonlySet<string> = new Set(['ro', 'rw', 'recursive', 'nowatch'])
const ofVolumes: ReadonlySet<string> = new Set(['ro', 'rw', 'nocopy'])
/** What every mount is. */
const usual: ReadonlySet<string> = new Set(['private', 'rprivate'])
const passedOn: ReadonlySet<string> = new Set(['shared', 'rshared', 'slave', 'rslave'])

/**
 * Reads `SOURCE:TARGET[:ro|rw][,recursive][,nowatch]`, `VOLUME:TARGET[:ro|rw][,nocopy]` and `TARGET`. As Docker has it, a name
 * without a slash is a volume; a relative source begins with a dot, and `~` is the home folder. The target is the last part that begins
 * with a slash; what stands before it is the source, with its colons.
 */
export function parseMount(text: string, surroundings: Surroundings): AnyMount {
  const parts = text.split(':')
  if (parts.length === 1 && text.startsWith('/')) return ofVolume({ volume: null, target: text }, [])
  const words = (parts.length > 2 && !parts.at(-1)?.startsWith('/') ? (parts.pop() ?? '') : 'rw')
    .split(',')
    .filter((word) => !usual.has(word))
  const target = parts.pop()
  const source = parts.join(':')
  if (!source || !target || (parts.length > 1 && !target.startsWith('/'))) {
    throw usageError('usage-mount', { text })
  }
  requireKeptApart('-v', text, words)
  const isVolume = isVolumeName(source)
  const known = isVolume ? ofVolumes : ofFolders
  const word = words.find((each) => !known.has(each))
  if (word !== undefined) throw usageError('usage-mount-mode', { text, word, of: isVolume ? 'volume' : 'folder' })
  requireOneMode('-v', text, words)
  requireAbsolute('-v', text, target)
  if (isVolume) return ofVolume({ volume: source, target }, words)
  return ofFolder({ source: absolute(source, surroundings), target }, words)
}

/** Whether a source is the name of a volume and not a path of this machine. */
export function isVolumeName(source: string): boolean {
  return volumeName.pattern.test(source)
}

export function ofFolder(paths: Pick<MountRequest, 'source' | 'target'>, words: readonly string[]): AnyMount {
  const value = {
    ...paths,
    readOnly: words.includes('ro'),
    ...(words.includes('recursive') && { recursive: true as const }),
    ...(words.includes('nowatch') && { watch: false as const }),
  }
  return { field: 'mounts', value }
}

export function ofVolume(places: Pick<VolumeRequest, 'volume' | 'target'>, words: readonly string[]): AnyMount {
  const value = {
    ...places,
    readOnly: words.includes('ro'),
    ...(words.includes('nocopy') && { copy: false as const }),
  }
  return { field: 'volumes', value }
}

/** Refuses words that would have mounts of one side show on the other. */
export function requireKeptApart(option: string, text: string, words: readonly string[]): void {
  const word = words.find((each) => passedOn.has(each))
  if (word !== undefined) throw usageError('usage-mount-propagation', { option, text, word })
}

export function requireOneMode(option: string, text: string, words: readonly string[]): void {
  if (words.includes('ro') && words.includes('rw')) throw usageError('usage-mount-both-modes', { option, text })
}

export function requireAbsolute(option: string, text: string, target: string): void {
  if (target.startsWith('/')) return
  throw usageError('usage-mount-target', { option, text })
}

/** Says early, and in terms of the command line, what the agent would refuse. */
export function checkMountSource({ source }: MountRequest): void {
  const found = statSync(source, { throwIfNoEntry: false })
  if (!found) throw usageError('usage-mount-source', { source, what: 'missing' })
  if (!found.isDirectory() && !found.isFile()) throw usageError('usage-mount-source', { source, what: 'odd' })
}

/** Of a path of this machine as it was written. */
export function absolute(source: string, { cwd, home }: Surroundings): string {
  if (source === '~' || source.startsWith('~/')) {
    if (!home) throw usageError('usage-home-unset', { source })
    return resolve(home, source.slice(2))
  }
  return resolve(cwd, source)
}
