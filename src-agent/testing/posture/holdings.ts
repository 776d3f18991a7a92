import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything that one process holds, with what differs from run to run replaced by words in capitals. */
export interface Holdings {
  readonly pid: number
  readonly commandLine: string
  /** The user that it runs as. */
  readonly uid: number
  readonly descriptors: readonly string[]
  /** Kinds of namespaces that it shares with this machine. */
  readonly sharedNamespaces: readonly string[]
  /** Bit masks, as /proc has them. */
  readonly effective: bigint
  readonly bounding: bigint
  readonly noNewPrivileges: boolean
  readonly isFiltered: boolean
  /** `TARGET KIND ro|rw SOURCE`, the source without the device where it is a disk. */
  readonly mounts: readonly string[]
  readonly threads: number
  /** Names only: values may be secrets. */
  readonly environment: readonly string[]
}

/** What is replaced: a folder by `HOME`, an id by `ID`. */
export type Words = readonly (readonly [text: string, word: string])[]

/** Processes of a sandbox: those in its cgroup, and those outside that carry its id on their command line. */
export async function findProcesses(id: string): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found: number[] = []
  for (const name of names) {
    const commandLine = await readFile(join('/proc', name, 'cmdline'), 'utf8').catch(() => '')
    const cgroup = await readFile(join('/proc', name, 'cgroup'), 'utf8').catch(() => '')
    if (`${commandLine}${cgroup}`.includes(id)) found.push(Number(name))
  }
  return found.sort((one, other) => one - other)
}

/** Null where the process has gone meanwhile. */
export async function readHoldings(pid: number, words: Words): Promise<Holdings | null> {
  const own = join('/proc', String(pid))
  const read = (name: string) => readFile(join(own, name), 'utf8')
  try {
    const status = await read('status')
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? ''
    return {
      pid,
      commandLine: (await read('cmdline')).split('\0').join(' ').trim(),
      uid: Number(field('Uid')),
      descriptors: await readDescriptors(own, words),
      sharedNamespaces: await readSharedNamespaces(own),
      effective: BigInt(`0x${field('CapEff')}`),
      bounding: BigInt(`0x${field('CapBnd')}`),
      noNewPrivileges: field('NoNewPrivs') === '1',
      isFiltered: field('Seccomp') === '2',
      mounts: readMounts(await read('mountinfo'), words),
      threads: Number(field('Threads')),
      environment: (await read('environ').catch(() => ''))
        .split('\0')
        .flatMap((each) => each.split('=', 1))
        .filter(Boolean),
    }
  } catch {
    return null
  }
}

async function readDescriptors(own: string, words: Words): Promise<string[]> {
  const numbers = await readdir(join(own, 'fd'))
  const targets = await Promise.all(numbers.map((number) => readlink(join(own, 'fd', number)).catch(() => '')))
  return targets
    .filter((target) => target !== '')
    .map((target) => replaceWords(target, words).replace(/\[\d+\]$/, '[N]'))
}

const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'] as const

async function readSharedNamespaces(own: string): Promise<string[]> {
  const shared: string[] = []
  for (const kind of kinds) {
    const [theirs, ours] = [await readlink(join(own, 'ns', kind)), await readlink(join('/proc/self/ns', kind))]
    if (theirs === ours) shared.push(kind)
  }
  return shared
}

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
function readMounts(mountinfo: string, words: Words): string[] {
  return mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [, , , root = '', target = '', options = ''] = before.split(' ')
      const [kind = ''] = after.split(' ')
      const access = options.split(',')[0]
      return replaceWords(`${target} ${kind} ${access} ${root}`, words)
    })
}

function replaceWords(text: string, words: Words): string {
  return words.reduce((changed, [from, to]) => changed.replaceAll(from, to), text)
}
