import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { extract, type Header } from 'tar-stream'
import type { Image } from '#contract/image'
import { run } from '../../base/process/run.ts'
import type { MovedName } from '../../storage/images/image-files.ts'
import { createImageStore, type ImageStore, type ImageStoreDeps } from '../../storage/images/image-store.ts'
import { createImageMounts, createPartMounts } from '../../storage/layers/image-mounts.ts'
import { createMemoryRecords } from './memory-records.ts'
import { type Entry, sha256 } from './tar-builder.ts'

/** A store in a folder of its own, with all that it logged. */
export interface StoreBench {
  readonly folder: string
  readonly records: ReturnType<typeof createMemoryRecords>
  readonly store: ImageStore
  readonly changed: Image[]
  readonly removed: string[]
  readonly moved: MovedName[]
  readonly foreignIds: [name: string, highest: number][]
  /** Writes a file that is outside of the store. */
  write(name: string, content: string | Buffer): Promise<string>
  writeLayout(name: string, entries: readonly Entry[]): Promise<string>
  importFile(content: Buffer, name?: string): Promise<Image[]>
  /** Works with the whole image, mounted as a sandbox has it. */
  withTree<T>(digest: string, work: (tree: string) => Promise<T>): Promise<T>
  /** Of an image that is one. */
  fileOf(digest: string): string
  /** What lies in the folder of the store, staging included, and which helpers run. */
  leftovers(): Promise<string[]>
  open(more?: Partial<ImageStoreDeps>): ImageStore
  close(): Promise<void>
}

export async function openBench(): Promise<StoreBench> {
  const base = await mkdtemp(join(tmpdir(), 'joey-images-'))
  const folder = join(base, 'images')
  await mkdir(folder)
  const records = createMemoryRecords()
  const changed: Image[] = []
  const removed: string[] = []
  const moved: MovedName[] = []
  const foreignIds: [string, number][] = []
  const mountPoints = join(base, 'mounts')
  const mounts = createPartMounts({ folder: mountPoints, run })
  const open = (more: Partial<ImageStoreDeps> = {}): ImageStore =>
    createImageStore({
      folder,
      mounts,
      records,
      run,
      onChanged: (image) => changed.push(image),
      onRemoved: (digest) => removed.push(digest),
      onMoved: (move) => moved.push(move),
      onForeignIds: (...each) => foreignIds.push(each),
      log: { info: () => {}, warn: () => {} },
      ...more,
    })
  const store = open()
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(base, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    return path
  }
  return {
    folder,
    records,
    store,
    changed,
    removed,
    moved,
    foreignIds,
    write,
    open,
    async writeLayout(name, entries) {
      for (const entry of entries) await write(join(name, String(entry.name)), entry.content ?? '')
      return join(base, name)
    },
    async importFile(content, name) {
      const path = await write('archive', content)
      const { signal } = new AbortController()
      return store.import({ path, signal, onProgress: () => {}, ...(name !== undefined && { name }) })
    },
    fileOf(digest) {
      const [file, ...others] = store.parts(digest)
      if (file === undefined || others.length > 0) throw new Error('The image has several parts.')
      return file.path
    },
    async withTree(digest, work) {
      const trees = await createImageMounts(mounts, store.parts).ensure(digest)
      const place = await mkdtemp(join(base, 'tree-'))
      const view =
        trees.length > 1 ? ['-t', 'overlay', '-o', `ro,lowerdir=${trees.join(':')}`, 'o'] : ['--bind', ...trees]
      await run('mount', [...view, place])
      try {
        return await work(place)
      } finally {
        await run('umount', [place])
      }
    },
    async leftovers() {
      const files = await readdir(folder, { recursive: true })
      return [...files.filter((file) => file !== 'staging'), ...(await helpers())]
    },
    async close() {
      for (const name of await readdir(mountPoints).catch(() => [])) {
        await run('umount', ['--lazy', join(mountPoints, name)], { okExitCodes: [0, 32] })
      }
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** Children of this process that are alive. */
async function helpers(): Promise<string[]> {
  const pids = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const names = pids.split(' ').map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''))
  return (await Promise.all(names)).filter((name) => /bwrap|skopeo|umoci|mkfs|xz/.test(name))
}

export interface SeenFile extends Pick<Header, 'type' | 'mode' | 'uid' | 'gid' | 'linkname' | 'devmajor' | 'devminor'> {
  readonly mtime: number
  readonly content: string
  readonly pax: Readonly<Record<string, string>>
}

/** Runs a script in the root of an EROFS file, mounted in a mount namespace of its own, and gives what it prints. */
export async function runInErofs(file: string, script: string, ...args: readonly string[]): Promise<string> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'joey-erofs-'))
  try {
    const mountFirst = `mount -t erofs -o ro "$1" "$2" && cd "$2" && shift 2 && ${script}`
    const { stdout } = await run('unshare', ['-m', 'sh', '-c', mountFirst, 'sh', file, mountPoint, ...args])
    return stdout
  } finally {
    await rm(mountPoint, { recursive: true })
  }
}

/** What is in an EROFS file, by name. */
export async function readErofs(file: string): Promise<Map<string, SeenFile>> {
  const work = await mkdtemp(join(tmpdir(), 'joey-tar-'))
  try {
    const tar = join(work, 'tar')
    const script = 'tar --xattrs --xattrs-include="*" --format=pax --numeric-owner -cf "$1" .'
    await runInErofs(file, script, tar)
    return await listTar(await readFile(tar))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function listTar(content: Buffer): Promise<Map<string, SeenFile>> {
  const reader = extract({ filenameEncoding: 'latin1' } as Parameters<typeof extract>[0])
  reader.end(content)
  const files = new Map<string, SeenFile>()
  for await (const entry of reader) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    const { name, mtime, type, mode, uid, gid, linkname, devmajor, devminor, pax } = entry.header
    files.set(name.replace(/^\.\//, '').replace(/\/$/, ''), {
      ...{ type, mode, uid, gid, linkname, devmajor, devminor },
      mtime: mtime.getTime() / 1000,
      content: sha256(Buffer.concat(chunks)),
      pax: (pax ?? {}) as Record<string, string>,
    })
  }
  return files
}
