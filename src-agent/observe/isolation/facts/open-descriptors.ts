import { readdirSync } from 'node:fs'
import { readKernelLink, readKernelText, showText } from '../../../base/kernel/kernel-text.ts'

/** A guest can open as many as its limit allows; this many are enough. */
const maxDescriptors = 256

/** Sockets with a name in the file system, by inode: who holds one end is seen in the descriptors of processes. */
export function readUnixSockets(proc: string, pid: number): Map<string, string> {
  const found = new Map<string, string>()
  // Num RefCount Protocol Flags Type St Inode Path
  for (const line of (readKernelText(`${proc}/${pid}/net/unix`, 4 * 1024 * 1024) ?? '').split('\n').slice(1)) {
    const match = /^\S+ \S+ \S+ \S+ \S+ \S+\s+(\d+) (.+)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[1], match[2])
  }
  return found
}

/**
 * What a process holds open beyond what it inherited quietly: named sockets, devices and files of the host. The text of
 * each is the kernel's, with parts that the process chose: it is only shown, never opened.
 */
export function readOpenDescriptors(
  proc: string,
  pid: number,
  sockets: ReadonlyMap<string, string>,
): { readonly unixSockets: readonly string[]; readonly files: readonly string[] } {
  const unixSockets = new Set<string>()
  const files = new Set<string>()
  for (const name of listDescriptors(proc, pid)) {
    const target = readKernelLink(`${proc}/${pid}/fd/${name}`)
    if (target === null) continue
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    const path = inode === undefined ? undefined : sockets.get(inode)
    if (path !== undefined) unixSockets.add(showText(path))
    else if (target.startsWith('/') && target !== '/dev/null') files.add(showText(target))
  }
  return { unixSockets: [...unixSockets].sort(), files: [...files].sort() }
}

function listDescriptors(proc: string, pid: number): string[] {
  try {
    return readdirSync(`${proc}/${pid}/fd`).slice(0, maxDescriptors)
  } catch {
    return []
  }
}
