import { once } from 'node:events'
import { stat, truncate } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { confine, type Shown } from '../../base/process/confine.ts'
import { endGroup } from '../../base/process/kill-group.ts'
import { type ChildProcess, type Run, start, whenStarted } from '../../base/process/run.ts'
import { stoppedBy, timedOut, toolFailed } from '../../base/process/tool-errors.ts'
import { damagedDisk } from './disk-errors.ts'

/** The programs that touch a disk or a writable layer. Each runs by bubblewrap and sees nothing but what it works on. */
export interface DiskTools {
  /** Makes an ext4 image in the file, which has its size already, with a copy of `upper` and an empty `work`. */
  make(request: MakeRequest, signal: AbortSignal): Promise<void>
  /** Sets the second words of times: nanoseconds, and years after 2038. */
  setTimes(
    disk: string,
    times: readonly { readonly inode: number; readonly extra: number }[],
    signal: AbortSignal,
  ): Promise<void>
  /** Replays the journal and does what every boot does after a crash. Refuses a disk that needs more than that. */
  settle(disk: string, signal: AbortSignal): Promise<void>
  /** Makes the file and the file system in it larger. The disk must have been settled. */
  grow(disk: string, bytes: number, signal: AbortSignal): Promise<void>
  /** Refuses a disk with any fault. Changes nothing. */
  check(disk: string, signal: AbortSignal): Promise<void>
  /** Unpacks the tar stream that `write` makes into an empty folder. */
  unpack(folder: string, write: (out: Writable) => Promise<void>, signal: AbortSignal): Promise<void>
  /** Everything of the file system that the path is on is on the medium. */
  sync(path: string): Promise<void>
}

export interface MakeRequest {
  readonly disk: string
  readonly upper: string
  readonly inodes: number
}

const patienceMs = 30 * 60_000
/** A disk that makes a tool want more memory or time than this was made for that. */
const limits = ['prlimit', `--as=${4 * 2 ** 30}`, '--core=0', '--cpu=900', '--']
/** Not what this machine's mke2fs.conf says: the guest's kernel and the reader know these. */
const features =
  'none,has_journal,ext_attr,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum,ea_inode'
/** Of a cleanly used disk: no fault, or faults that were repaired safely. */
const settledCodes = [0, 1]
const linesAtOnce = 20_000
/** Where the usual journal would be a large part of it. */
const smallDisk = 128 * 2 ** 20
const [inside, insideUpper] = ['/disk', '/tree/upper']

export function createDiskTools(run: Run): DiskTools {
  const onDisk = async (
    program: string,
    args: readonly string[],
    options: { disk: string; signal: AbortSignal; input?: string; okExitCodes?: readonly number[]; writable?: boolean },
  ) => {
    const { disk, signal, writable = true, ...rest } = options
    const [command, all] = confine('prlimit', [...limits.slice(1), program, ...args], {
      shown: [{ from: disk, to: inside, writable }],
    })
    return run(command, all, { ...rest, signal, timeoutMs: patienceMs })
  }
  return {
    make: (request, signal) => makeDisk(run, request, signal),

    async setTimes(disk, times, signal) {
      for (let at = 0; at < times.length; at += linesAtOnce) {
        const lines = times
          .slice(at, at + linesAtOnce)
          .map(({ inode, extra }) => `sif <${inode}> mtime_extra ${extra}\n`)
        await onDisk('debugfs', ['-w', '-f', '-', inside], { disk, signal, input: lines.join('') })
      }
    },

    async settle(disk, signal) {
      const { code, stdout, stderr } = await onDisk('e2fsck', ['-f', '-p', inside], {
        disk,
        signal,
        okExitCodes: [0, 1, 2, 3, 4, 8, 12],
      })
      if (!settledCodes.includes(code))
        throw damagedDisk(`e2fsck ended with ${code}: ${stdout.slice(-2_000)}${stderr.slice(-2_000)}`)
    },

    async grow(disk, bytes, signal) {
      await truncate(disk, bytes)
      await onDisk('resize2fs', [inside], { disk, signal })
    },

    async check(disk, signal) {
      await onDisk('e2fsck', ['-f', '-n', inside], { disk, signal, writable: false })
    },

    unpack: (folder, write, signal) => unpackInto(folder, write, signal),

    async sync(path) {
      await run('sync', ['--file-system', path], { timeoutMs: patienceMs })
    },
  }
}

async function makeDisk(run: Run, { disk, upper, inodes }: MakeRequest, signal: AbortSignal): Promise<void> {
  const shown: Shown[] = [
    { from: disk, to: inside, writable: true },
    { from: upper, to: insideUpper, writable: false },
  ]
  const args = ['-q', '-F', '-t', 'ext4', '-b', '4096', '-I', '256', '-m', '0', '-N', `${inodes}`, '-O', features]
  const journal = (await stat(disk)).size < smallDisk ? 4 : 16
  const more = ['-J', `size=${journal}`, '-E', 'lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0,nodiscard']
  const script = ['--', 'mke2fs', ...args, ...more, '-d', '/tree', inside]
  // Reading whatever its owner made unreadable, and the marks of overlayfs.
  const capabilities = ['DAC_OVERRIDE', 'DAC_READ_SEARCH', 'SYS_ADMIN']
  const [command, all] = confine('prlimit', ['--core=0', ...script], {
    shown,
    capabilities,
    folders: ['/tree/work'],
  })
  await run(command, all, { signal, timeoutMs: patienceMs })
}

const tarArgs = [
  '--extract',
  '--file=-',
  '--directory=/work',
  '--numeric-owner',
  '--same-owner',
  '--preserve-permissions',
]
const attributeArgs = [
  '--xattrs',
  '--xattrs-include=*',
  '--delay-directory-restore',
  '--warning=no-timestamp',
  '--warning=no-xattr-write',
]

/** SYS_ADMIN is what the kernel asks for marks of overlayfs. The stream is the agent's own, not the guest's. */
async function unpackInto(folder: string, write: (out: Writable) => Promise<void>, signal: AbortSignal): Promise<void> {
  const [program, args] = confine('tar', [...tarArgs, ...attributeArgs], {
    work: folder,
    ownsFiles: true,
    capabilities: ['SYS_ADMIN'],
    temporary: '/tmp',
  })
  const child = start(program, args)
  await whenStarted(child, program)
  const words = collect(child)
  const ended = once(child, 'close')
  const timer = setTimeout(() => child.stdin.destroy(timedOut(['tar'], patienceMs, '')), patienceMs)
  const onAbort = (): void => void child.stdin.destroy(stoppedBy(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  child.stdout.resume()
  child.stdin.on('error', () => {})
  try {
    const failure = await write(child.stdin).then(
      () => null,
      (error: unknown) => error as Error,
    )
    if (signal.aborted) throw stoppedBy(signal)
    // A broken pipe says nothing; what tar said before it closed it does.
    if (failure !== null && (failure as NodeJS.ErrnoException).code !== 'EPIPE') throw failure
    child.stdin.end()
    const [code] = (await ended) as [number | null]
    if (code !== 0) throw toolFailed(['tar', ...tarArgs], code ?? -1, words())
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    await endGroup(child, 0)
  }
}

function collect(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-16_384)
  })
  return () => tail
}
