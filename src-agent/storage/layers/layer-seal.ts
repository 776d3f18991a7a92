import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import * as z from 'zod'
import { sentence } from '#contract/sentence'
import type { Run } from '../../base/process/run.ts'
import { damagedLayer } from './layer-errors.ts'
import { entryNamed, formatEntry, type IndexEntry, indexHead } from './layer-index.ts'
import { type Form, formsOf, type LayerPlaces, requireForms, syncFileSystem, syncPath } from './layer-places.ts'
import type { LayerFacts, LayerId, LayerWork } from './layer-store.ts'
import { scanLayer } from './scan-layer.ts'

const Seal = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of the index file. */
  index: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
  entries: z.int().nonnegative(),
  /** What the index speaks of. A tree that was made from a disk later is not among them until the layer is sealed again. */
  forms: z.array(z.enum(['tree', 'disk.ext4'])).min(1),
})
export type Seal = z.infer<typeof Seal>

const unsealed: LayerFacts = { bytes: 0, entries: 0, sealed: false }
const writeAtOnce = 2 ** 20

/** Null where there is none. Throws `damaged-layer` where it cannot be read. */
export async function readSeal(places: LayerPlaces, id: LayerId): Promise<Seal | null> {
  const text = await readFile(places.seal, 'utf8').catch(orNull)
  if (text === null) return null
  try {
    return Seal.parse(JSON.parse(text))
  } catch {
    throw damagedLayer(id, sentence('layer-seal-unreadable'))
  }
}

export async function readFacts(places: LayerPlaces, id: LayerId): Promise<LayerFacts | null> {
  if ((await formsOf(places)).length === 0) return null
  // Damaged or not is reported where somebody wants to use or check it; a list of layers shows all of them.
  const seal = await readSeal(places, id).catch(() => null)
  return seal === null ? unsealed : { bytes: seal.bytes, entries: seal.entries, sealed: true }
}

/** The index, where it fits its checksum. Throws `damaged-layer` otherwise. */
export async function readSealedIndex(places: LayerPlaces, id: LayerId, seal: Seal): Promise<Buffer> {
  const index = await readFile(places.index).catch(orNull)
  if (index === null) throw damagedLayer(id, sentence('layer-index-missing'))
  const digest = createHash('sha256').update(index).digest('hex')
  if (digest !== seal.index) throw damagedLayer(id, sentence('layer-index-changed'))
  return index
}

export async function requireUsableLayer(places: LayerPlaces, id: LayerId): Promise<void> {
  const forms = await formsOf(places)
  if (forms.length === 0) throw damagedLayer(id, sentence('layer-gone'))
  const seal = await readSeal(places, id)
  if (seal === null) return
  await readSealedIndex(places, id, seal)
  const gone = seal.forms.find((form) => !forms.includes(form))
  if (gone !== undefined) throw damagedLayer(id, sentence('layer-entry-gone', entryNamed(gone)))
}

/** Reads the layer and puts its index and its seal down. The old seal goes first: between the two there is none. */
export async function sealLayer(
  run: Run,
  places: LayerPlaces,
  id: LayerId,
  work: LayerWork & { readonly expectedBytes: () => Promise<number> },
): Promise<LayerFacts> {
  const forms = await requireForms(places, id)
  const known = await readSeal(places, id)
  if (known !== null && forms.every((form) => known.forms.includes(form))) {
    await requireUsableLayer(places, id)
    return { bytes: known.bytes, entries: known.entries, sealed: true }
  }
  await syncFileSystem(run, places.folder)
  const part = `${places.index}.part`
  const counts = await writeIndex(places, forms, part, work)
  await rm(places.seal, { force: true })
  await syncPath(places.folder)
  await rename(part, places.index)
  const { bytes, entries, digest } = counts
  await writeSeal(places, { version: 1, index: digest, bytes, entries, forms })
  return { bytes, entries, sealed: true }
}

interface Counts {
  readonly bytes: number
  readonly entries: number
  readonly digest: string
}

async function writeIndex(
  places: LayerPlaces,
  forms: readonly Form[],
  part: string,
  { signal, onProgress, expectedBytes }: LayerWork & { readonly expectedBytes: () => Promise<number> },
): Promise<Counts> {
  const expected = onProgress ? Math.max(1, await expectedBytes()) : 1
  const hash = createHash('sha256')
  const file = await open(part, 'w', 0o600)
  let pending = indexHead
  const flush = (): void => {
    const bytes = Buffer.from(pending, 'latin1')
    hash.update(bytes)
    for (let at = 0; at < bytes.length; ) at += writeSync(file.fd, bytes, at)
    pending = ''
  }
  const count = createCount(forms)
  let read = 0
  const onBytes = (bytes: number): void => {
    count.bytes(bytes)
    read += bytes
    onProgress?.(Math.min(1, read / expected))
  }
  try {
    await scanLayer({ folder: places.folder, forms, signal, onBytes }, (entry) => {
      count.entry(entry)
      pending += formatEntry(entry)
      if (pending.length > writeAtOnce) flush()
    })
    flush()
    await file.sync()
    return { ...count.result(), digest: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

/** Of the tree where there is one; else the disk is the one file. */
function createCount(forms: readonly Form[]) {
  const counted: Form = forms.includes('tree') ? 'tree' : 'disk.ext4'
  let [bytes, entries, pending] = [0, 0, 0]
  return {
    bytes: (more: number) => void (pending += more),
    entry({ path }: IndexEntry) {
      if (path.startsWith(`${counted}/`) || path === 'disk.ext4') entries += 1
      if (path.startsWith(counted)) bytes += pending
      pending = 0
    },
    result: () => ({ bytes, entries: forms.length > 1 ? entries - 1 : entries }),
  }
}

async function writeSeal(places: LayerPlaces, seal: Seal): Promise<void> {
  const part = `${places.seal}.part`
  const file = await open(part, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(seal)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, places.seal)
  await syncPath(places.folder)
}

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
