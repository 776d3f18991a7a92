import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, open, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Run } from '../../base/process/run.ts'
import { layerExists, noSuchLayer, sourceGone } from './layer-errors.ts'
import type { LayerId } from './layer-store.ts'

/** What a layer may hold. At least one of the first two, or it is not there. */
export interface LayerPlaces {
  readonly folder: string
  readonly tree: string
  readonly disk: string
  readonly index: string
  readonly seal: string
  /** The layer while it is copied. What lies there is never the only copy of anything. */
  readonly part: string
}

export type Form = 'tree' | 'disk.ext4'

const patienceMs = 30 * 60_000
const isId = /^[0-9a-f]{12}$/

export function placesOf(folder: string, id: LayerId): LayerPlaces {
  if (!isId.test(id)) throw noSuchLayer(id)
  const own = join(folder, id)
  const at = (name: string) => join(own, name)
  return {
    folder: own,
    tree: at('tree'),
    disk: at('disk.ext4'),
    index: at('index'),
    seal: at('seal.json'),
    part: `${own}.part`,
  }
}

export function freeId(folder: string): LayerId {
  for (;;) {
    const id = randomBytes(6).toString('hex')
    if (!existsSync(join(folder, id)) && !existsSync(join(folder, `${id}.part`))) return id
  }
}

/** Which forms of the layer there are. */
export async function formsOf(places: LayerPlaces): Promise<Form[]> {
  const [tree, disk] = await Promise.all([exists(places.tree), exists(places.disk)])
  return [...(tree ? (['tree'] as const) : []), ...(disk ? (['disk.ext4'] as const) : [])]
}

export async function requireForms(places: LayerPlaces, id: LayerId): Promise<Form[]> {
  const forms = await formsOf(places)
  if (forms.length === 0) throw noSuchLayer(id)
  return forms
}

/**
 * Moves what is the only copy of somebody's work. The layer's folder is made first and the move is one step, so that a
 * crash leaves it here or there; repeated, the rest is done. A source that came into being since is left alone.
 */
export async function adopt(places: LayerPlaces, id: LayerId, source: string, form: Form): Promise<void> {
  if ((await formsOf(places)).length === 0) {
    if (!(await exists(source))) throw sourceGone(id, source)
    await mkdir(places.folder, { recursive: true, mode: 0o700 })
    await syncPath(dirname(places.folder))
    await rename(source, join(places.folder, form))
  }
  await syncPath(places.folder)
  await syncPath(dirname(source)).catch(() => {}) // gone with its sandbox, long after the move
}

/** Makes a layer in its part, and gives it its name when it is whole and on the medium. */
export async function makeWhole(
  run: Run,
  places: LayerPlaces,
  id: LayerId,
  make: (part: LayerPlaces) => Promise<void>,
): Promise<void> {
  if ((await formsOf(places)).length > 0) throw layerExists(id)
  const { part } = places
  try {
    await removeTree(run, part)
    await mkdir(part, { recursive: true, mode: 0o700 })
    await make({ ...places, folder: part, tree: join(part, 'tree'), disk: join(part, 'disk.ext4') })
    await syncFileSystem(run, part)
    await rename(part, places.folder)
    await syncPath(dirname(part))
  } catch (error) {
    await removeTree(run, part)
    throw error
  }
}

/** By `rm`, which takes names that are no text, and folders that are nested deeper than one path can name. */
export async function removeTree(run: Run, path: string): Promise<void> {
  if (!(await exists(path))) return
  await run('rm', ['-rf', '--one-file-system', '--', path], { timeoutMs: patienceMs })
}

/** Takes the name away first: a crash leaves a whole layer or a part. */
export async function removeLayer(run: Run, places: LayerPlaces): Promise<void> {
  if (await exists(places.folder)) {
    await removeTree(run, places.part)
    await rename(places.folder, places.part)
  }
  await removeTree(run, places.part)
}

/** Removes what is half made or unnamed; of named layers what was in the making inside. Gives the number. */
export async function sweepLayers(run: Run, folder: string, named: ReadonlySet<LayerId>): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    if (named.has(name)) {
      removed += await sweepInside(run, join(folder, name))
    } else if (isId.test(name)) {
      await removeLayer(run, placesOf(folder, name))
      removed += 1
    } else if (name.endsWith('.part')) {
      await removeTree(run, join(folder, name))
      removed += 1
    }
  }
  return removed
}

const whole: ReadonlySet<string> = new Set(['tree', 'disk.ext4', 'index', 'seal.json'])

async function sweepInside(run: Run, folder: string): Promise<number> {
  const left = (await readdir(folder)).filter((name) => !whole.has(name))
  for (const name of left) await removeTree(run, join(folder, name))
  return left.length
}

export async function syncFileSystem(run: Run, path: string): Promise<void> {
  await run('sync', ['--file-system', '--', path], { timeoutMs: patienceMs })
}

/** A folder's names as well as a file's content. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
}
