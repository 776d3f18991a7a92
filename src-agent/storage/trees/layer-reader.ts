import type { TreeNode } from '../layers/tree-view.ts'
import type { Attribute } from '../tar/attribute.ts'

/** Something in one layer. */
export interface RawNode extends Omit<TreeNode, 'source' | 'identity'> {
  /** Same for two names of one file of this layer. */
  readonly inode: string
  /** Hides what is below, and is nothing itself. */
  readonly isWhiteout: boolean
  /** A folder that hides what the layers below have in it. */
  readonly isOpaque: boolean
}

/** An open regular file of one layer. */
export interface RawFile {
  readonly node: RawNode
  read(offset: number, length: number): Promise<Buffer>
  parts(): Promise<readonly { readonly start: number; readonly length: number }[]>
  close(): Promise<void>
}

/**
 * One layer by itself. Paths are latin1, relative, of plain names; no link is ever followed. What vanishes meanwhile is
 * not there. Stays usable after any rejection.
 */
export interface LayerReader {
  stat(path: string): Promise<RawNode | null>
  /** What is in a folder in no order, without names that `isSettled` knows; empty where it is no folder. */
  list(path: string, isSettled: (name: string) => boolean): Promise<readonly (readonly [name: string, node: RawNode])[]>
  /** Null where there is no regular file. */
  open(path: string): Promise<RawFile | null>
  attributes(path: string): Promise<readonly Attribute[]>
  close(): Promise<void>
}

/** Overlayfs's own notes, which are no part of what it shows. */
export function isOfOverlay(name: string): boolean {
  return name.startsWith('trusted.overlay.')
}

export const opaqueMark = 'trusted.overlay.opaque'
