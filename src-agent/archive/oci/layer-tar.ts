import { once } from 'node:events'
import { open, stat } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { AppError, appError } from '#contract/app-error'
import { confine } from '../../base/process/confine.ts'
import { endGroup } from '../../base/process/kill-group.ts'
import { start, whenStarted } from '../../base/process/run.ts'
import { stoppedBy, toolFailed } from '../../base/process/tool-errors.ts'
import { type SocketNode, writeTar } from '../../storage/ext4/disk-to-tar.ts'
import type { Ext4, Inode } from '../../storage/ext4/ext4.ts'
import { openUnsettledDisk } from '../../storage/ext4/journal.ts'
import { walkLayer } from '../../storage/ext4/layer-to-disk.ts'
import { findTopFolder, kindOf, walkDisk } from '../../storage/ext4/walk.ts'
import type { LayerSource } from '../../storage/layers/tree-view.ts'
import { endOfTar } from '../../storage/tar/write-entry.ts'

/** A layer as a tar stream: siblings by name, a folder before what is in it, whiteouts as devices 0:0. */
export interface LayerTar {
  readonly bytes: AsyncGenerator<Buffer>
  /** For which tar has no word. */
  readonly sockets: readonly SocketNode[]
}

const tarArgs = [
  '--create',
  '--file=-',
  // Of 512 bytes: as much at once as a pipe takes, in place of 10 KiB.
  '--blocking-factor=128',
  '--directory=/layer',
  '--format=pax',
  '--pax-option=exthdr.name=%d/%f,delete=atime,delete=ctime',
  '--numeric-owner',
  '--sort=name',
  '--sparse',
  '--xattrs',
  '--xattrs-include=*',
  '--warning=no-file-ignored',
  '--warning=no-file-changed',
  '--warning=no-file-removed',
  '.',
]
const chunkBytes = 1024 * 1024
const socketKind = 0o140000

/** `changes`: a guest writes in it meanwhile; what vanishes is left out. No link in it is followed, and nothing is mounted. */
export async function openLayerTar(
  source: LayerSource,
  options: { signal: AbortSignal; changes: boolean },
): Promise<LayerTar> {
  if (source.kind === 'disk') {
    return { bytes: packDisk(source, options.signal), sockets: await findOnDisk(source, options.signal) }
  }
  return { bytes: packFolder([source.path], options), sockets: await findInFolder(source.path, options.signal) }
}

/** What folders show that lie over one another, the topmost first, as one layer. It has no sockets: those of images are none. */
export async function openUnionTar(sources: readonly LayerSource[], signal: AbortSignal): Promise<LayerTar> {
  const paths = sources.flatMap((source) => (source.kind === 'folder' ? [source.path] : []))
  return { bytes: packFolder(paths, { signal, changes: false }), sockets: [] }
}

/** In a mount namespace that ends with the program: over the topmost folder lies what all of them show. */
const unionScript = `
mount -t overlay -o "ro,lowerdir=$1" joey "$2" || exit
shift 2
exec "$@"`

function onUnion(folders: readonly string[], command: readonly string[]): readonly string[] {
  const [top = ''] = folders
  if (folders.length === 1) return command
  const own = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', unionScript, 'joey-union']
  return [...own, folders.join(':'), top, ...command]
}

/** By GNU tar, which sees what the folders show and nothing else of this machine. SYS_ADMIN is for the marks of overlayfs. */
async function* packFolder(
  folders: readonly string[],
  { signal, changes }: { signal: AbortSignal; changes: boolean },
): AsyncGenerator<Buffer> {
  const shown = [{ from: folders[0] ?? '', to: '/layer', writable: false }]
  const capabilities = ['DAC_READ_SEARCH', 'SYS_ADMIN']
  const [confined, args] = confine('tar', tarArgs, { shown, capabilities })
  const [program = '', ...all] = onUnion(folders, [confined, ...args])
  const child = start(program, all)
  await whenStarted(child, program)
  const exited = once(child, 'exit')
  const onAbort = (): void => void child.stdout.destroy(stoppedBy(signal))
  let words = ''
  child.stdin.on('error', () => {}).end()
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-8_192)
  })
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) throw stoppedBy(signal)
    for await (const chunk of child.stdout) yield chunk as Buffer
    const [code] = (await exited) as [number | null]
    if (code !== 0 && !(changes && code === 1)) throw toolFailed(['tar', ...tarArgs], code ?? -1, words)
  } finally {
    signal.removeEventListener('abort', onAbort)
    await endGroup(child, 0)
  }
}

async function findInFolder(folder: string, signal: AbortSignal): Promise<SocketNode[]> {
  const found: SocketNode[] = []
  for await (const { path, stat } of walkLayer(folder, signal)) {
    if (!stat.isSocket()) continue
    const [uid, gid] = [Number(stat.uid), Number(stat.gid)]
    found.push({ path, mode: Number(stat.mode) & 0o7777, uid, gid, modified: stat.mtimeNs })
  }
  return found
}

type DiskSource = Extract<LayerSource, { kind: 'disk' }>

/** The disk in user space: the host's kernel never mounts what a guest has written as blocks. Null before the guest made it. */
async function onDisk<T>(source: DiskSource, work: (disk: Ext4, top: Inode) => Promise<T>): Promise<T | null> {
  const file = await open(source.path, 'r')
  try {
    const disk = await openUnsettledDisk(file)
    const top = await findTopFolder(disk, 'upper')
    return top && (await work(disk, top))
  } catch (error) {
    const isDamaged = AppError.from(error).wire.reason === 'disk-damaged'
    throw source.settle !== null && isDamaged ? changedMeanwhile(error) : error
  } finally {
    await file.close()
  }
}

async function findOnDisk(source: DiskSource, signal: AbortSignal): Promise<SocketNode[]> {
  const found = await onDisk(source, async (disk, top) => {
    const sockets: SocketNode[] = []
    for await (const { path, inode } of walkDisk(disk, top)) {
      signal.throwIfAborted()
      const { mode, uid, gid, modified } = inode
      if (kindOf(inode) === socketKind) sockets.push({ path, mode: mode & 0o7777, uid, gid, modified })
    }
    return sockets
  })
  return found ?? []
}

async function* packDisk(source: DiskSource, signal: AbortSignal): AsyncGenerator<Buffer> {
  const out = new PassThrough({ highWaterMark: chunkBytes })
  const { size: maxBytes } = await stat(source.path)
  const tooMuch = () => appError('disk-overfull', { doing: 'pack' })
  const writing = onDisk(source, (disk, top) => writeTar(disk, top, out, { maxBytes, tooMuch, signal })).then(
    (written) => void out.end(written === null ? endOfTar : undefined),
    (error: Error) => void out.destroy(error),
  )
  try {
    for await (const chunk of out) yield chunk as Buffer
  } finally {
    out.destroy()
    await writing
  }
}

function changedMeanwhile(cause: unknown) {
  return appError('disk-changes', {}, { cause })
}
