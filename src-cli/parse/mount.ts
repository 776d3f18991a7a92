import { statSync } from 'node:fs'
import { resolve } from 'node:path'
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

interface Surroundings {
  readonly cwd: string
  readonly home: string | undefined
}

const knownWords: ReadonlySet<string> = new Set(['ro', 'rw', 'recursive', 'nowatch'])

/** Reads `SOURCE:TARGET[:ro|rw][,recursive][,nowatch]`. A relative source starts at the current folder, `~` at the home folder. */
export function parseMount(text: string, surroundings: Surroundings): MountRequest {
  const parts = text.split(':')
  const words = (parts.length === 3 ? (parts.pop() ?? '') : 'rw').split(',')
  const [source, target] = parts
  if (parts.length !== 2 || !source || !target) {
    throw usageError('usage-mount', { text })
  }
  const word = words.find((each) => !knownWords.has(each))
  if (word !== undefined) throw usageError('usage-mount-mode', { text, word })
  requireOneMode('-v', text, words)
  requireAbsolute('-v', text, target)
  return toRequest({ source: absolute(source, surroundings), target }, words)
}

/** Reads `source=SOURCE,target=TARGET[,ro][,recursive][,nowatch]`: for paths with a colon in them. */
export function parseLongMount(text: string, surroundings: Surroundings): MountRequest {
  const parts = text.split(',')
  const valueOf = (key: string) => parts.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1)
  const [source, target] = [valueOf('source'), valueOf('target')]
  const words = parts.filter((part) => !part.startsWith('source=') && !part.startsWith('target='))
  if (!source || !target) throw usageError('usage-mount-long', { text })
  const word = words.find((each) => !knownWords.has(each))
  if (word !== undefined) throw usageError('usage-mount-word', { text, word })
  requireOneMode('--mount', text, words)
  requireAbsolute('--mount', text, target)
  return toRequest({ source: absolute(source, surroundings), target }, words)
}

function toRequest(paths: Pick<MountRequest, 'source' | 'target'>, words: readonly string[]): MountRequest {
  return {
    ...paths,
    readOnly: words.includes('ro'),
    ...(words.includes('recursive') && { recursive: true }),
    ...(words.includes('nowatch') && { watch: false }),
  }
}

function requireOneMode(option: string, text: string, words: readonly string[]): void {
  if (words.includes('ro') && words.includes('rw')) throw usageError('usage-mount-both-modes', { option, text })
}

function requireAbsolute(option: string, text: string, target: string): void {
  if (target.startsWith('/')) return
  throw usageError('usage-mount-target', { option, text })
}

/** Says early, and in terms of the command line, what the agent would refuse. */
export function checkMountSource({ source }: MountRequest): void {
  const found = statSync(source, { throwIfNoEntry: false })
  if (!found) throw usageError('usage-mount-source', { source, what: 'missing' })
  if (!found.isDirectory() && !found.isFile()) throw usageError('usage-mount-source', { source, what: 'odd' })
}

function absolute(source: string, { cwd, home }: Surroundings): string {
  if (source === '~' || source.startsWith('~/')) {
    if (!home) throw usageError('usage-home-unset', { source })
    return resolve(home, source.slice(2))
  }
  return resolve(cwd, source)
}
