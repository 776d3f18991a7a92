import type { FileHandle } from 'node:fs/promises'
import type { Bytes } from '../tar/byte-reader.ts'
import type { BlobFacts, ScanLimits } from './scan-layer.ts'

/** What an image is imported from, once it has been checked: an archive, or a folder in the OCI layout. */
export interface ImageSource {
  /** A small JSON file in it, null where there is none of that path. */
  document(path: string): Promise<Buffer | null>
  /** What is known of a file in it. Its content has been read to the end and checked when this resolves. */
  blob(path: string): Promise<BlobFacts | null>
  /** Copies files into a folder, each checked once more against the digest that is given for its path, and named by it. */
  copyBlobs(digests: ReadonlyMap<string, string>, folder: string): Promise<void>
  /** The uncompressed tar file, where the source is an archive. */
  readonly tar: FileHandle | null
  close(): Promise<void>
}

export interface SourceOptions extends ScanLimits {
  readonly signal: AbortSignal
  /** Of one import; exists and is empty. */
  readonly staging: string
  /** 0 to 1 of the check; null where it cannot be known. */
  onProgress(progress: number | null): void
}

export const documentBytes = 4 * 1024 * 1024

/** Reads an open file from its start, whatever else reads it, until the signal. */
export async function* readHandle(
  file: FileHandle,
  signal: AbortSignal,
  onRead: (position: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    signal.throwIfAborted()
    const chunk = Buffer.allocUnsafe(512 * 1024)
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    onRead(position)
    yield chunk.subarray(0, bytesRead)
  }
}

/** Passes bytes on while it writes them to a file. */
export async function* writeThrough(source: Bytes, file: FileHandle): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    await file.appendFile(chunk)
    yield chunk
  }
}

/** The digest that a path in a layout states, or null where the path is not one of a blob. */
export function digestOfPath(path: string): string | null {
  const hex = /^blobs\/sha256\/([a-f0-9]{64})$/.exec(path)?.[1]
  return hex === undefined ? null : `sha256:${hex}`
}

export function pathOfDigest(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`
}
