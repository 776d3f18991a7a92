import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { PortPublish } from '#contract/sandbox'

/** A program of this machine. */
export interface PortHolder {
  readonly pid: number
  readonly program: string
}

type Place = Pick<PortPublish, 'hostPort'> & Partial<Pick<PortPublish, 'protocol'>>

/** The state of a socket that listens, and of one of UDP that is bound, in the kernel's tables. */
const [listening, bound] = ['0A', '07']

/**
 * Which program has a port; null where that cannot be told, as of one whose descriptors may not be read. Asked only after a port
 * was refused: it reads what every process holds.
 */
export async function findPortHolder({ hostPort, protocol }: Place, proc = '/proc'): Promise<PortHolder | null> {
  const table = protocol ?? 'tcp'
  const texts = await Promise.all(
    [table, `${table}6`].map((name) => readFile(join(proc, 'net', name), 'utf8').catch(() => '')),
  )
  const state = protocol === 'udp' ? bound : listening
  const inodes = new Set(texts.flatMap((text) => inodesOf(text, hostPort, state)))
  if (inodes.size === 0) return null
  const sockets = new Set([...inodes].map((inode) => `socket:[${inode}]`))
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^[0-9]+$/.test(name))
  for (const pid of pids) {
    if (!(await holdsOne(join(proc, pid, 'fd'), sockets))) continue
    const program = await readFile(join(proc, pid, 'comm'), 'utf8').catch(() => '')
    return { pid: Number(pid), program: program.trim() }
  }
  return null
}

/** See proc_net_tcp: address and port in hexadecimal digits, the state, and as the tenth word the socket's inode. */
function inodesOf(text: string, port: number, state: string): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return text.split('\n').flatMap((line) => {
    const [, local = '', , its, , , , , , inode] = line.trim().split(/\s+/)
    return local.endsWith(`:${wanted}`) && its === state && inode !== undefined && inode !== '0' ? [inode] : []
  })
}

async function holdsOne(folder: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  const links = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')))
  return links.some((link) => sockets.has(link))
}
