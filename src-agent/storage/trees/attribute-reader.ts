import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { confine, type Shown } from '../../base/process/confine.ts'
import type { Run } from '../../base/process/run.ts'
import { programMissing } from '../../base/process/tool-errors.ts'
import type { Attribute } from '../tar/attribute.ts'
import { isOfOverlay, opaqueMark } from './layer-reader.ts'

/** Extended attributes of one layer that is a folder. */
export interface FolderAttributes {
  /** As it was when the layer was opened. */
  isOpaque(path: string): boolean
  read(path: string): Promise<readonly Attribute[]>
}

/** Node reads no extended attributes; `getfattr` does, confined to the layers that it is asked about. */
export interface AttributeReader {
  /** `isFrozen`: the folder never changes, so what was read of it once is kept. */
  open(folders: readonly { readonly path: string; readonly isFrozen: boolean }[]): Promise<FolderAttributes[]>
}

const patienceMs = 120_000
/** `trusted.` is for who may administer the system; the others are for reading what its owner has made unreadable. */
const capabilities = ['SYS_ADMIN', 'DAC_READ_SEARCH', 'DAC_OVERRIDE']
const mostOutput = 64 * 2 ** 20
/** As text; half of it as bytes. Of one layer: what has more is read file by file. */
const mostWhole = 16 * 2 ** 20
const mostKept = 16
const mostMarksKept = 1024
/** The same as the reader of disks takes over: labels of security modules mean something to this machine alone. */
const wanted = String.raw`^(user\.|trusted\.|security\.capability$|system\.posix_acl_)`
const common = ['-h', '-d', '-e', 'hex', '--absolute-names']
/** What it cannot read has vanished meanwhile. */
const okExitCodes = [0, 1, 123]

export function createAttributeReader(run: Run): AttributeReader {
  const marks = new Map<string, ReadonlySet<string>>()
  const whole = new Map<string, Promise<AttributeMap | null>>()
  const { readMarks, readWhole, readOne } = createReadings(run)

  /** Of one that may change, as it was when it was first requested. */
  const readKept = (path: string, isFrozen: boolean): Promise<AttributeMap | null> => {
    if (!isFrozen) return readWhole(path)
    const known = whole.get(path) ?? readWhole(path)
    keep(whole, path, known, mostKept)
    known.catch(() => whole.delete(path))
    return known
  }
  return {
    async open(folders) {
      const unknown = folders.filter(({ path, isFrozen }) => !isFrozen || !marks.has(path))
      const fresh = await readMarks(unknown.map(({ path }) => path))
      return folders.map((folder) => {
        const { path, isFrozen } = folder
        const opaque = fresh[unknown.indexOf(folder)] ?? marks.get(path) ?? new Set<string>()
        if (isFrozen) keep(marks, path, opaque, mostMarksKept)
        let own: Promise<AttributeMap | null> | null = null
        return {
          isOpaque: (inside) => opaque.has(inside),
          async read(inside) {
            own ??= readKept(path, isFrozen)
            const map = await own
            const found = map ? (map.get(inside) ?? []) : await readOne(path, inside)
            return found.filter(({ name }) => !isOfOverlay(name))
          },
        }
      })
    },
  }
}

/** What the programs read of layers, each time anew. */
function createReadings(run: Run) {
  const inside = async (
    paths: readonly string[],
    command: readonly string[],
    maxOutputBytes: number,
    input?: string,
  ) => {
    const shown: Shown[] = paths.map((from, index) => ({ from, to: `/layers/${index}`, writable: false }))
    const [program = '', ...args] = command
    const [confined, all] = confine(program, args, { shown, capabilities })
    const options = { timeoutMs: patienceMs, maxOutputBytes, okExitCodes, encoding: 'latin1' as const }
    return (
      await run(confined, all, { ...options, ...(input !== undefined && { input: Buffer.from(input, 'latin1') }) })
    ).stdout
  }
  const readMarks = async (paths: readonly string[]): Promise<ReadonlySet<string>[]> => {
    if (paths.length === 0) return []
    // Without it, find would only say that it found nothing.
    if (findSystemProgram('getfattr') === null) throw programMissing('getfattr')
    const places = paths.map((_path, index) => `/layers/${index}`)
    const getfattr = ['getfattr', ...common, '-m', `^${opaqueMark.replaceAll('.', String.raw`\.`)}$`, '--', '{}', '+']
    const text = await inside(paths, ['find', ...places, '-type', 'd', '-exec', ...getfattr], mostOutput)
    const found = paths.map(() => new Set<string>())
    for (const [path, attributes] of parseAttributes(text)) {
      const [, , index = '', ...rest] = path.split('/')
      const isOpaque = attributes.some(({ name, value }) => name === opaqueMark && value.toString('latin1') === 'y')
      if (isOpaque) found[Number(index)]?.add(rest.join('/'))
    }
    return found
  }
  const readWhole = async (path: string): Promise<AttributeMap | null> => {
    try {
      const text = await inside([path], ['getfattr', '-R', '-P', ...common, '-m', wanted, '--', '/layers/0'], mostWhole)
      return new Map([...parseAttributes(text)].map(([place, found]) => [place.slice('/layers/0/'.length), found]))
    } catch (error) {
      if (error instanceof AppError && error.wire.reason === 'tool-output-too-large') return null
      throw error
    }
  }
  const readOne = async (root: string, path: string): Promise<readonly Attribute[]> => {
    const command = ['xargs', '-0', 'getfattr', ...common, '-m', wanted, '--']
    const text = await inside([root], command, mostWhole, `/layers/0/${path}`)
    return [...parseAttributes(text).values()][0] ?? []
  }
  return { readMarks, readWhole, readOne }
}

type AttributeMap = ReadonlyMap<string, readonly Attribute[]>

/** The oldest go first. */
function keep<T>(cache: Map<string, T>, key: string, value: T, most: number): void {
  cache.delete(key)
  cache.set(key, value)
  for (const old of cache.keys()) {
    if (cache.size <= most) return
    cache.delete(old)
  }
}

/** What getfattr prints: a line with the path, a line `name=0xHEX` for each attribute, an empty line. */
function parseAttributes(text: string): Map<string, readonly Attribute[]> {
  const found = new Map<string, Attribute[]>()
  let current: Attribute[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('# file: ')) {
      current = []
      found.set(unquote(line.slice('# file: '.length)), current)
      continue
    }
    const end = line.indexOf('=0x')
    if (end > 0) current.push({ name: unquote(line.slice(0, end)), value: Buffer.from(line.slice(end + 3), 'hex') })
  }
  return found
}

/** It writes line ends, backslashes and, in names of attributes, "=" as three octal digits. */
function unquote(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
