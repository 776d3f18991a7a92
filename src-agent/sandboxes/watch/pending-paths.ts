/** Paths that somebody has to be told of, gathered within a bound. */
export interface PendingPaths {
  readonly isEmpty: boolean
  add(path: string): void
  /** All of them, the outer ones first; what is left is nothing. */
  take(): string[]
}

export interface PathBounds {
  /** Beyond them a folder stands for what is in it. */
  readonly paths: number
  /** Beyond them the whole stands for them, as an empty path. */
  readonly folders: number
}

/** Enough for a save of many files at once; a change of a whole tree is told in about a second by that. */
const usual: PathBounds = { paths: 1000, folders: 250 }

/** However much is changed, no more is kept and told than the bounds say. */
export function createPendingPaths(bounds: PathBounds = usual): PendingPaths {
  const paths = new Set<string>()
  const folders = new Set<string>()
  return {
    get isEmpty() {
      return paths.size + folders.size === 0
    },
    add(path) {
      if (paths.has(path)) return
      if (paths.size < bounds.paths) paths.add(path)
      else if (folders.size < bounds.folders) folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
      else folders.add('')
    },
    take() {
      const all = [...new Set([...folders, ...paths])].toSorted(
        (one, other) => one.split('/').length - other.split('/').length,
      )
      paths.clear()
      folders.clear()
      return all
    },
  }
}
