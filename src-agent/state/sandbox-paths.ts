/** Files of one sandbox, all below the state and run folders; documented in docs/state-folder.md. */
export interface SandboxPaths {
  /** Survives a restart of the machine: writable layer, logs. */
  readonly folder: string
  readonly upper: string
  readonly work: string
  /** The writable layer of a class whose guest mounts it itself: an ext4 image with `upper` and `work` in it. */
  readonly disk: string
  readonly log: string
  /** Lives as long as the machine runs: bundle, pid files, attach socket. Short, for socket paths. */
  readonly run: string
}
