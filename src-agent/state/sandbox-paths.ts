import { dirname, join } from 'node:path'

/** Files of one sandbox, all below the state and run folders; documented in docs/state-folder.md. */
export interface SandboxPaths {
  /** Survives a restart of the machine: writable layer, logs. */
  readonly folder: string
  /** With `work` in `folder`, or where the writable layer is limited, on its disk: see {@link isLimited}. */
  readonly upper: string
  readonly work: string
  /** The writable layer of a class whose guest mounts it itself: an ext4 image with `upper` and `work` in it. */
  readonly disk: string
  readonly log: string
  /** Lives as long as the machine runs: bundle, pid files, attach socket. Short, for socket paths. */
  readonly run: string
}

/** The disk of a limited writable layer: an ext4 image that Joey made, mounted by this machine, never shown to a guest as blocks. */
export function limitedFile({ folder }: Pick<SandboxPaths, 'folder'>): string {
  return join(folder, 'limited.ext4')
}

/** `upper` and `work` are not in the folder of the sandbox but on a disk of their own. */
export function isLimited({ folder, upper }: Pick<SandboxPaths, 'folder' | 'upper'>): boolean {
  return dirname(upper) !== folder
}
