import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { sentence } from '#contract/sentence'
import type { Run } from '../../base/process/run.ts'
import { confineTool } from './confined-tools.ts'
import { notCopied } from './layer-errors.ts'
import { removeTree, syncPath } from './layer-places.ts'
import type { LayerId } from './layer-store.ts'
import { listTree } from './list-tree.ts'

/** EROFS files made of chains of layers, kept until a layer of theirs is removed. */
export interface BlockFiles {
  /** `makeTree` makes the tree of the chain, in the folder that it gets where need be, and gives its path. */
  ensure(
    chain: readonly LayerId[],
    signal: AbortSignal,
    makeTree: (scratch: string) => Promise<string>,
  ): Promise<string>
  /** Removes all that are made of a layer. */
  drop(id: LayerId): Promise<void>
  /** Removes all with a layer that is not named, and what is half made. */
  sweep(named: ReadonlySet<LayerId>): Promise<number>
}

const Chain = z.strictObject({ version: z.literal(1), layers: z.array(z.string()), bytes: z.int().nonnegative() })
type Chain = z.infer<typeof Chain>

const patienceMs = 30 * 60_000
/** mkfs.erofs 1.5 takes no longer names, and says nothing of it; 1.8 does. */
const longestName = 254
const [image, note] = ['.erofs', '.json']

export function createBlockFiles({ folder, run }: { folder: string; run: Run }): BlockFiles {
  const notes = async (): Promise<Map<string, Chain | null>> => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(note))
    const read = async (name: string) => [name.slice(0, -note.length), await readNote(join(folder, name))] as const
    return new Map(await Promise.all(names.map(read)))
  }
  const forget = async (key: string): Promise<void> => {
    await rm(join(folder, key + image), { force: true })
    await rm(join(folder, key + note), { force: true })
  }
  return {
    async ensure(chain, signal, makeTree) {
      const key = createHash('sha256').update(chain.join('\n')).digest('hex')
      const path = join(folder, key + image)
      const known = await readNote(join(folder, key + note))
      const size = await stat(path).then(
        (found) => found.size,
        () => null,
      )
      if (known !== null && size === known.bytes) return path
      const scratch = join(folder, `${key}.part`)
      try {
        await removeTree(run, scratch)
        await mkdir(scratch, { recursive: true, mode: 0o700 })
        await pack(run, { tree: await makeTree(scratch), scratch, key, signal })
        await publish({ scratch, path, notePath: join(folder, key + note), layers: chain })
        return path
      } finally {
        await removeTree(run, scratch)
      }
    },
    async drop(id) {
      for (const [key, chain] of await notes()) if (chain?.layers.includes(id)) await forget(key)
    },
    async sweep(named) {
      const known = await notes()
      const isWhole = (name: string): boolean => {
        const key = name.slice(0, name.lastIndexOf('.'))
        return known.get(key)?.layers.every((id) => named.has(id)) ?? false
      }
      const left = (await readdir(folder).catch(() => [])).filter((name) => !isWhole(name))
      for (const name of left) await removeTree(run, join(folder, name))
      return left.filter((name) => !name.endsWith(note)).length
    },
  }
}

async function readNote(path: string): Promise<Chain | null> {
  try {
    return Chain.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // None, or one that a crash has left: then the file is made again.
    return null
  }
}

interface Packing {
  readonly tree: string
  readonly scratch: string
  readonly key: string
  readonly signal: AbortSignal
}

/** Marks of overlayfs and deletions become what they are: attributes and devices. */
async function pack(run: Run, { tree, scratch, key, signal }: Packing): Promise<void> {
  const uuid = key.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const shown = [
    { from: tree, to: '/tree', writable: false },
    { from: scratch, to: '/out', writable: true },
  ]
  const args = ['--quiet', '-zlz4', '--preserve-mtime', '-U', uuid, '/out/image', '/tree']
  const [program, all] = confineTool({ program: 'mkfs.erofs', args, shown })
  try {
    await run(program, all, { signal, timeoutMs: patienceMs })
  } catch (error) {
    const { entries } = await listTree(tree, signal)
    const tooLong = [...entries.keys()].find((path) => path.length - path.lastIndexOf('/') - 1 > longestName)
    throw tooLong === undefined ? error : notCopied(tooLong, sentence('file-name-too-long', { limit: longestName }))
  }
}

async function publish({
  scratch,
  path,
  notePath,
  layers,
}: {
  scratch: string
  path: string
  notePath: string
  layers: readonly LayerId[]
}): Promise<void> {
  const [made, noted] = [join(scratch, 'image'), join(scratch, 'note')]
  const { size } = await stat(made)
  const file = await open(noted, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ version: 1, layers: [...layers], bytes: size } satisfies Chain)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncPath(made)
  await rename(made, path)
  await rename(noted, notePath)
}
