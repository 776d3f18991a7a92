import { appError } from '#contract/app-error'
import { nameOf } from '../../base/relative-path.ts'
import { type Content, readEntries, type TarEntry } from '../../storage/tar/read-entries.ts'
import { bodyOf, endOfTar, headOf } from '../../storage/tar/write-entry.ts'
import type { LayerTar } from './layer-tar.ts'

/** What a layer for other tools leaves out, counted for the sentences that are reported. */
export interface LeftOut {
  devices: number
  sockets: number
  attributes: number
  dropped: number
  /** Whose name would be taken for a mark. */
  named: number
}

export interface OciLayerOptions {
  /** Paths (latin1) that are not to leave. */
  readonly drop: ReadonlySet<string>
  /** Of the layer's files; the image's own hold none. */
  readonly whiteouts: boolean
  /** What is nothing but a place where an engine has mounted something of Joey's. */
  readonly isPlace: (entry: TarEntry) => boolean
}

/** Zeros are written for holes, as the specification wants it; but not without end. */
const mostHoles = 16 * 2 ** 30

/**
 * A layer of overlayfs as one of the OCI (https://github.com/opencontainers/image-spec/blob/main/layer.md): whiteouts as files
 * `.wh.NAME`, opaque folders by `.wh..wh..opq`, without device nodes and without attributes that only this machine knows.
 */
export async function* toOciLayer(source: LayerTar, options: OciLayerOptions, left: LeftOut): AsyncGenerator<Buffer> {
  let hidden: string | null = null
  for await (const { entry, content } of readEntries(source.bytes)) {
    if (hidden !== null && entry.path.startsWith(`${hidden}/`)) continue
    if (options.isPlace(entry)) continue
    if (nameOf(entry.path).startsWith('.wh.')) {
      hidden = entry.path
      left.named += 1
    } else if (isDropped(entry, options.drop)) {
      left.dropped += 1
    } else if (isWhiteout(entry)) {
      if (options.whiteouts) yield whiteout(entry.path)
    } else if (entry.type === '3' || entry.type === '4') {
      left.devices += 1
      // What it hides of the layers below stays hidden.
      if (options.whiteouts) yield whiteout(entry.path)
    } else {
      yield* writeOne(entry, content, left)
    }
  }
  for (const { path } of source.sockets) {
    left.sockets += 1
    if (options.whiteouts) yield whiteout(path)
  }
  yield endOfTar
}

async function* writeOne(entry: TarEntry, content: Content, left: LeftOut): AsyncGenerator<Buffer> {
  if (entry.size - entry.stored > mostHoles) throw tooManyHoles(entry)
  const attributes = entry.attributes.filter(({ name }) => leaves(name))
  const marks = entry.attributes.filter(({ name }) => isMark(name))
  if (marks.some(({ name }) => /\.(redirect|metacopy)$/.test(name))) throw notSelfContained()
  left.attributes += entry.attributes.length - attributes.length - marks.length
  yield headOf({ ...entry, attributes }, { sparse: false, plainNames: true })
  yield* bodyOf(entry, content, { sparse: false })
  if (entry.type === '5' && marks.some(({ name, value }) => name.endsWith('.opaque') && value.toString() === 'y')) {
    yield emptyFile(join(entry.path, '.wh..wh..opq'))
  }
}

/** A file, or another name of one, that is not to leave; and everything below a folder that is not. */
function isDropped({ path, type, link }: TarEntry, drop: ReadonlySet<string>): boolean {
  return drop.has(path) || (type === '1' && drop.has(link))
}

function isWhiteout({ type, major, minor }: TarEntry): boolean {
  return type === '3' && major === 0 && minor === 0
}

function whiteout(path: string): Buffer {
  const at = path.lastIndexOf('/') + 1
  return emptyFile(`${path.slice(0, at)}.wh.${path.slice(at)}`)
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

function emptyFile(path: string): Buffer {
  const none = {
    link: '',
    uid: 0,
    gid: 0,
    mtimeNs: 0n,
    major: 0,
    minor: 0,
    attributes: [],
    size: 0,
    stored: 0,
    parts: null,
  }
  return headOf({ ...none, path, type: '0', mode: 0o600 }, { sparse: false })
}

/**
 * Marks of overlayfs are said in another way, `trusted.` is of this machine's kernel alone, and the name of a record in a tar
 * file ends at its first `=`.
 */
function leaves(name: string): boolean {
  return !name.startsWith('trusted.') && !name.startsWith('user.overlay.') && !name.includes('=')
}

function isMark(name: string): boolean {
  return /^(trusted|user)\.overlay\./.test(name)
}

function tooManyHoles({ path, size }: TarEntry) {
  const name = Buffer.from(path, 'latin1').toString('utf8')
  return appError('sparse-too-large', { path: name, gigabytes: Math.round(size / 1e9) })
}

function notSelfContained() {
  return appError('layer-not-plain')
}
