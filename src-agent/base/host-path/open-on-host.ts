import { appError } from '#contract/app-error'
import { type HostPath, HostPathError, openHostPath } from './open-host-path.ts'

/**
 * Opens a path that somebody has named. `untrusted` are the folders in which a sandbox may write; `missing` makes the error
 * where nothing is there.
 */
export async function openOnHost(
  path: string,
  untrusted: readonly string[],
  missing: (cause: HostPathError) => Error,
): Promise<HostPath> {
  return openHostPath(path, { links: 'trusted', untrusted }).catch((error: unknown) => {
    if (!(error instanceof HostPathError)) throw error
    throw error.why === 'link' ? appError('path-through-link', { path, link: error.at }) : missing(error)
  })
}
