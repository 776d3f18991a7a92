import type { BigIntStats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { sentence } from '#contract/sentence'
import { notConvertible } from './disk-errors.ts'

/** Something in a writable layer on the host. `path` is latin1: one character per byte. */
export interface LayerEntry {
  /** Relative to the layer; empty for itself. */
  readonly path: string
  readonly stat: BigIntStats
}

export interface LayerSize {
  readonly entries: number
  /** Bytes that it takes on the medium, holes not counted. */
  readonly bytes: number
}

const longestPath = 3_800

/** Where an entry is, as bytes: a name need not be UTF-8. */
export function placeOf(layer: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(path === '' ? layer : `${layer}/`), Buffer.from(path, 'latin1')])
}

/**
 * Everything in a layer, parents first; links are never followed. While a guest runs in it, what vanishes is left out, and
 * no path may be opened: only looked at.
 */
export async function* walkLayer(layer: string, signal: AbortSignal): AsyncGenerator<LayerEntry> {
  const left = ['']
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    signal.throwIfAborted()
    if (path.length > longestPath) {
      throw notConvertible(`${path.slice(0, 60)}…`, sentence('file-too-deep'))
    }
    const place = placeOf(layer, path)
    const stat = await lstat(place, { bigint: true }).catch(orGone)
    if (stat === null) continue
    yield { path, stat }
    if (!stat.isDirectory()) continue
    for (const name of (await readdir(place, { encoding: 'buffer' }).catch(orGone)) ?? []) {
      left.push(path === '' ? name.toString('latin1') : `${path}/${name.toString('latin1')}`)
    }
  }
}

function orGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}

export async function measureLayer(layer: string, signal: AbortSignal): Promise<LayerSize> {
  let [entries, blocks] = [0, 0n]
  for await (const { stat } of walkLayer(layer, signal)) {
    entries += 1
    // A second name of a file takes no room of its own, but counting it is on the safe side.
    blocks += stat.blocks
  }
  return { entries, bytes: Number(blocks) * 512 }
}
