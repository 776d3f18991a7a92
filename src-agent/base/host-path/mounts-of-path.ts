import { readFileSync } from 'node:fs'
import { isWithin, type MountLine, parseMountinfo } from '../kernel/mountinfo.ts'
import type { HostPath } from './open-host-path.ts'

/** What the kernel says of the mount that a held path lies in, and of those around it. Paths are UTF-8. */
export interface MountsOfPath {
  /** Kind of its file system. */
  readonly type: string
  /** Other names of the same thing: where its file system is mounted a second time. */
  readonly aliases: readonly string[]
  /** What is mounted below it, the outer ones first. */
  readonly below: readonly MountBelow[]
}

export interface MountBelow {
  readonly target: string
  readonly type: string
  readonly aliases: readonly string[]
}

/** The table of the agent's mount namespace. */
export function readMountTable(): MountLine[] {
  return parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1')).map((line) => ({
    ...line,
    root: fromLatin1(line.root),
    target: fromLatin1(line.target),
  }))
}

/** The mount is found by the descriptor and not by the name, which may lead elsewhere by now. */
export function mountsOfPath({ handle, path }: HostPath, table: readonly MountLine[] = readMountTable()): MountsOfPath {
  const id = readMountId(handle.fd)
  const own = table.find((line) => line.id === id)
  const below = table.filter(({ target, id: each }) => each !== id && target !== path && isWithin(target, path))
  return {
    type: own?.type ?? 'unknown',
    aliases: own === undefined ? [] : aliasesOf(own, path, table),
    below: below
      .map((line) => ({ target: line.target, type: line.type, aliases: aliasesOf(line, line.target, table) }))
      .sort((one, other) => one.target.length - other.target.length),
  }
}

/** The names that a path of one mount has by way of the others of the same file system. */
export function aliasesOf(own: MountLine, path: string, table: readonly MountLine[]): string[] {
  const inMount = path === own.target ? '' : path.slice(own.target === '/' ? 0 : own.target.length)
  const inFileSystem = `${own.root === '/' ? '' : own.root}${inMount}` || '/'
  return table.flatMap((line) => {
    if (line.id === own.id || line.device !== own.device || !isWithin(inFileSystem, line.root)) return []
    const rest = line.root === '/' ? inFileSystem : inFileSystem.slice(line.root.length)
    return [`${line.target === '/' ? '' : line.target}${rest === '/' ? '' : rest}` || '/']
  })
}

/** https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html */
function readMountId(descriptor: number): number {
  return Number(/^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? -1)
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}
