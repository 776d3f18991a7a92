import type { IOType } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

const closeOnExec = 0o2000000
const firstOther = 3
/** Other threads open files while we look; theirs get the next numbers. */
const margin = 64

/**
 * The files of this process, beyond the standard three, that a child would inherit. Chromium opens caches, its display
 * and shared memory without close-on-exec; an agent that lives on must not keep them, and a sandbox must never see them.
 */
export function findInheritedFiles(folder = '/proc/self/fdinfo'): readonly number[] {
  return list(folder)
    .filter((fd) => fd >= firstOther && !isClosedOnExec(`${folder}/${fd}`))
    .sort((a, b) => a - b)
}

/** Extends the first three of a child's files so that whatever else it would inherit is /dev/null. */
export function hideInheritedFiles(
  standard: readonly [IOType, IOType, IOType],
  inherited = findInheritedFiles(),
): { readonly stdio: (IOType | number)[]; readonly dispose: () => void } {
  if (inherited.length === 0) return { stdio: [...standard], dispose: () => undefined }
  const nothing = openSync('/dev/null', 'r+')
  const hidden = new Set(inherited)
  const last = Math.max(...inherited)
  const stdio = Array.from({ length: last + 1 + margin }, (_empty, fd) => {
    return standard[fd] ?? (hidden.has(fd) || fd > last ? nothing : 'ignore')
  })
  return { stdio, dispose: () => closeSync(nothing) }
}

function list(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number)
  } catch {
    return [] // not a Linux
  }
}

function isClosedOnExec(path: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & closeOnExec) !== 0
  } catch {
    return true // closed meanwhile, like the one that listed the folder
  }
}
