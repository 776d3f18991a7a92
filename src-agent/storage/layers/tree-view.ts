import type { FileKind } from '#contract/files'
import type { Attribute } from '../tar/attribute.ts'

/** One read-only layer as a source: a folder in overlayfs's format, or a disk image whose folder `upper` is one. */
export type LayerSource =
  | { readonly kind: 'folder'; readonly path: string }
  /** `settle`: what to do when the disk was changed while it was read. Null: it does not change. */
  | { readonly kind: 'disk'; readonly path: string; readonly settle: (() => Promise<void>) | null }

/** Something in the union of layers. Paths and names are latin1: one character per byte; relative, '' is the root. */
export interface TreeNode {
  readonly kind: FileKind
  readonly size: number
  /** Permission bits with set-id and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint
  /** Of device nodes, else zeros. */
  readonly major: number
  readonly minor: number
  readonly links: number
  /** Same for two names of one file: which source, device and inode. */
  readonly identity: string
  /** Of links, else null. */
  readonly target: string | null
  /** Which source shows it, 0 is the topmost. */
  readonly source: number
}

export interface TreeEntry {
  /** Name in its folder, or the path from where a walk began. */
  readonly path: string
  readonly node: TreeNode
}

/** An open regular file. */
export interface TreeFile {
  readonly node: TreeNode
  /** Fewer bytes at the end of the file only. */
  read(offset: number, length: number): Promise<Buffer>
  /** Parts with content, in order; what lies between is holes. */
  parts(): Promise<readonly { readonly start: number; readonly length: number }[]>
  close(): Promise<void>
}

/**
 * The union of layers as overlayfs shows it, read in user space: whiteouts, opaque folders, files that hide folders.
 * Nothing is mounted that a guest has written as blocks, no link is followed, and a guest that changes its layer meanwhile
 * leads nowhere else. What vanishes while it is read is left out.
 */
export interface TreeView {
  /** Null where there is none. */
  stat(path: string): Promise<TreeNode | null>
  /** Entries of a folder by name (bytes). Rejects with notFound where there is no such folder. */
  list(path: string): Promise<readonly TreeEntry[]>
  /** Everything below a folder, it itself not: parents first, siblings by name. */
  walk(path: string, signal: AbortSignal): AsyncGenerator<TreeEntry>
  /** Rejects with notFound where there is no regular file. */
  open(path: string): Promise<TreeFile>
  /** Extended attributes without those of overlayfs itself. */
  attributes(path: string): Promise<readonly Attribute[]>
  close(): Promise<void>
}
