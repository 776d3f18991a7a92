import type { Said } from '#contract/reasons/define'

/** Of one layer; 12 hexadecimal digits. */
export type LayerId = string

export interface LayerFacts {
  /** Bytes of the content of its files, holes not counted. */
  readonly bytes: number
  readonly entries: number
  /** Every file has its checksum on record. */
  readonly sealed: boolean
}

/** What a check of one layer has found. */
export interface LayerCheck {
  readonly ok: boolean
  /** The first hundred. */
  readonly problems: readonly Said[]
  readonly bytes: number
}

/** Progress from 0 to 1. */
export interface LayerWork {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: number) => void
}

/**
 * Read-only layers below the state folder, in overlayfs's format. A layer appears whole or not at all, and never changes
 * afterwards. Who names a layer is on record elsewhere (sandboxes, snapshots); nothing here counts.
 */
export interface LayerStore {
  /** A free id. Nothing is made. */
  newId(): LayerId
  /** Makes a layer by moving a folder of the same file system, whose name is free afterwards. Repeatable: done already is done. */
  adoptFolder(id: LayerId, upper: string): Promise<void>
  /** The same of the disk of a micro-VM that does not run. Its tree is made when somebody wants it. */
  adoptDisk(id: LayerId, disk: string): Promise<void>
  /**
   * Makes a layer as a copy of a writable layer that is in use: first while it changes, then, within `freeze`, what has
   * changed since. `freeze` runs its work while nothing writes. Reflinks where the file system has them.
   */
  copyFolder(
    id: LayerId,
    upper: string,
    freeze: (work: () => Promise<void>) => Promise<void>,
    work: LayerWork,
  ): Promise<void>
  /** The same of a disk image, which does not change meanwhile, or only outside of `freeze`: the rest of the work needs no rest. */
  copyDisk(
    id: LayerId,
    disk: string,
    work: LayerWork,
    freeze?: (work: () => Promise<void>) => Promise<void>,
  ): Promise<void>
  /** Puts a copy of a disk layer back as a disk, byte by byte; sparse stays sparse. For restoring memory with its disk. */
  copyDiskTo(id: LayerId, disk: string, signal: AbortSignal): Promise<void>
  /** The folder in overlayfs's format; made first from a disk where need be. */
  ensureTree(id: LayerId, signal: AbortSignal): Promise<string>
  /** All layers of a chain, the topmost first, as one EROFS file for a guest that mounts blocks; null for an empty chain. Kept. */
  ensureBlockFile(chain: readonly LayerId[], signal: AbortSignal): Promise<string | null>
  /** One new layer that shows the same as the chain (the topmost first) over what lies below. */
  merge(chain: readonly LayerId[], into: LayerId, work: LayerWork): Promise<void>
  /** Counts, and writes the checksum of every file and of the index itself. Repeatable. */
  seal(id: LayerId, work: LayerWork): Promise<LayerFacts>
  /** What is known without reading the layer; null where there is no such layer. */
  facts(id: LayerId): Promise<LayerFacts | null>
  /** Reads the whole layer and compares. One that was never sealed is not ok. */
  verify(id: LayerId, work: LayerWork): Promise<LayerCheck>
  /** Cheap: refuses with `damaged-layer` one whose index does not fit its own checksum, or whose tree is gone. */
  requireUsable(id: LayerId): Promise<void>
  /** Bytes on the medium, all forms. */
  diskBytes(id: LayerId): Promise<number>
  /** Absent is no error. */
  remove(id: LayerId): Promise<void>
  /** Of layers and kept block files. Removes what is half made or is named by nobody; gives their number. At the agent's start. */
  sweep(named: ReadonlySet<LayerId>): Promise<number>
}
