import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { appError } from '#contract/app-error'
import { truncated } from '../tar/archive-refusals.ts'
import type { Bytes } from '../tar/byte-reader.ts'
import { readTar, type TarEntry } from '../tar/read-tar.ts'
import { compressionOf, decompress, looksLikeTar, peek } from './compression.ts'
import {
  digestOfPath,
  documentBytes,
  type ImageSource,
  pathOfDigest,
  readHandle,
  type SourceOptions,
  writeThrough,
} from './image-source.ts'
import { digestMismatch, notAnArchive, show, tooLargeForDisk } from './refusals.ts'
import { type BlobFacts, scanBlob } from './scan-layer.ts'

const limits = { entries: 100_000, documents: 64 * 1024 * 1024 }

/** All that one pass over an archive has found. */
interface Inventory {
  readonly documents: Map<string, Buffer>
  readonly blobs: Map<string, BlobFacts>
  /** Links within the archive: `docker save` writes a layer that images share as a link. */
  readonly links: Map<string, string>
  entries: number
  documentBytes: number
}

/** Checks an archive, with every layer in it, in one pass. Nothing is unpacked; a compressed one is uncompressed. */
export async function openArchive(file: FileHandle, options: SourceOptions): Promise<ImageSource> {
  const { size } = await file.stat()
  const source = readHandle(file, options.signal, (position) => options.onProgress(size > 0 ? position / size : null))
  const { head, all } = await peek(source, 512)
  const compression = compressionOf(head)
  if (compression === 'none' && !looksLikeTar(head)) throw notAnArchive()
  const inventory = emptyInventory()
  if (compression === 'none') {
    await takeStock(all, inventory, options)
    return toSource(inventory, file, options, () => Promise.resolve())
  }
  const tar = await open(join(options.staging, 'archive.tar'), 'wx+', 0o600)
  try {
    const plain = await peek(bounded(decompress(all, compression, options.confine), options.freeBytes), 512)
    if (!looksLikeTar(plain.head)) throw notAnArchive()
    await takeStock(writeThrough(plain.all, tar), inventory, options)
  } catch (error) {
    await tar.close()
    throw error
  }
  return toSource(inventory, tar, options, () => tar.close())
}

function emptyInventory(): Inventory {
  return { documents: new Map(), blobs: new Map(), links: new Map(), entries: 0, documentBytes: 0 }
}

async function* bounded(source: Bytes, freeBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > freeBytes) throw tooLargeForDisk(freeBytes)
    yield chunk
  }
}

async function takeStock(source: Bytes, inventory: Inventory, options: SourceOptions): Promise<void> {
  const { trailingBytes } = await readTar(source, (entry, content) => note(entry, content, inventory, options))
  // A whole tar file ends with blocks of zeros; one that was cut between two entries does not.
  if (trailingBytes < 512) throw truncated()
  if (inventory.entries === 0) throw notAnArchive()
}

async function note(entry: TarEntry, content: Bytes, inventory: Inventory, options: SourceOptions): Promise<void> {
  inventory.entries += 1
  if (inventory.entries > limits.entries) throw tooMany()
  const path = insidePath(entry)
  if (entry.type === 'directory') return
  if (entry.type === 'symlink' || entry.type === 'link') {
    inventory.links.set(path, linkTarget(entry, path))
    return
  }
  if (entry.type !== 'file' && entry.type !== 'contiguous-file') {
    throw appError('archive-entry-unknown', { path: show(entry.name) })
  }
  const kept: Uint8Array[] = []
  const source = entry.size <= documentBytes ? collect(content, kept) : content
  const facts = await scanBlob(source, options)
  const stated = statedDigest(path)
  if (stated !== null && stated !== facts.digest) throw digestMismatch(path)
  inventory.blobs.set(path, facts)
  if (facts.layer === undefined && /^\s*[[{]/.test(String.fromCharCode(...(kept[0]?.subarray(0, 8) ?? [])))) {
    keepDocument(path, Buffer.concat(kept), inventory)
  }
}

function keepDocument(path: string, content: Buffer, inventory: Inventory): void {
  inventory.documentBytes += content.length
  if (inventory.documentBytes > limits.documents) throw tooMany()
  inventory.documents.set(path, content)
}

async function* collect(source: Bytes, into: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    into.push(chunk)
    yield chunk
  }
}

/** A blob is named by its digest, and so is the configuration in an archive of docker. */
function statedDigest(path: string): string | null {
  const hex = /^([a-f0-9]{64})\.json$/.exec(basename(path))?.[1]
  return digestOfPath(path) ?? (hex === undefined || path.includes('/') ? null : `sha256:${hex}`)
}

function insidePath({ name }: TarEntry): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0') || name.length > 4096) {
    throw appError('archive-path-outside', { path: show(name) })
  }
  return parts.join('/')
}

function linkTarget({ link, name, type }: TarEntry, path: string): string {
  const folder = type === 'symlink' ? path.split('/').slice(0, -1) : []
  for (const part of link.split('/')) {
    if (part === '..' && folder.pop() === undefined) throw linksOutside(name)
    if (part !== '..' && part !== '' && part !== '.') folder.push(part)
  }
  if (link.startsWith('/')) throw linksOutside(name)
  return folder.join('/')
}

function linksOutside(name: string): Error {
  return appError('archive-link-outside', { path: show(name) })
}

function tooMany(): Error {
  return appError('archive-too-many-entries')
}

function toSource(
  inventory: Inventory,
  tar: FileHandle,
  { signal }: SourceOptions,
  close: () => Promise<void>,
): ImageSource {
  const resolve = (path: string): string => inventory.links.get(path) ?? path
  return {
    tar,
    close,
    document: (path) => Promise.resolve(inventory.documents.get(resolve(path)) ?? null),
    blob: (path) => Promise.resolve(inventory.blobs.get(resolve(path)) ?? null),
    async copyBlobs(digests, folder) {
      const wanted = new Map([...digests].map(([path, digest]) => [resolve(path), digest]))
      await readTar(readHandle(tar, signal), async (entry, content) => {
        const path = insidePath(entry)
        const digest = wanted.get(path)
        if (digest !== undefined) await copyBlob(content, { path, digest, folder })
      })
    },
  }
}

interface BlobCopy {
  /** In the source. */
  readonly path: string
  readonly digest: string
  readonly folder: string
}

/** Writes one blob, named by its digest, and refuses it where its content is another. */
export async function copyBlob(content: Bytes, { path, digest, folder }: BlobCopy): Promise<void> {
  const hash = createHash('sha256')
  const file = await open(join(folder, basename(pathOfDigest(digest))), 'w', 0o600)
  try {
    for await (const chunk of writeThrough(content, file)) hash.update(chunk)
  } finally {
    await file.close()
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw digestMismatch(path)
}
