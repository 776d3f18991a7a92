import type { Image, RegistryCredential, Task, Transfer } from '#contract/image'
import type { Settings } from '#contract/settings'
import type { Run } from '../../base/process/run.ts'
import type { RegistryLogins } from '../../state/registry-logins.ts'
import type { ImageStore } from '../images/image-store.ts'
import type { BlobStore } from './blob-store.ts'

export interface PullRequest {
  readonly ref: string
  readonly credential: RegistryCredential | null
  readonly allowHosts: readonly string[]
  readonly signal: AbortSignal
  onProgress(phase: Task['phase'], progress: number | null, transfer?: Transfer): void
}

export interface Pulled {
  readonly image: Image
  readonly name: string
  readonly manifest: string
  readonly fetchedBytes: number
  readonly fetchedLayers: number
  readonly totalLayers: number
}

export interface PullDeps {
  /** Of the images. */
  readonly folder: string
  /** For sockets: a short path. */
  readonly runFolder: string
  readonly run: Run
  readonly images: ImageStore
  readonly settings: () => Settings
  readonly logins: RegistryLogins
  /** Folders in which a sandbox may write; none otherwise. */
  readonly untrusted?: () => readonly string[]
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/** What every pull of a service works with. */
export interface PullParts {
  readonly deps: PullDeps
  readonly blobs: BlobStore
  /** Folder of the sockets of gates. */
  readonly sockets: string
  isImage(digest: string): boolean
}
