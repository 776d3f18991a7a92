import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs'
import { endGroup } from '../../base/process/kill-group.ts'
import { start } from '../../base/process/run.ts'

const { O_NOCTTY, O_NONBLOCK, O_RDWR } = constants
/** Not among Node's constants; the same on all architectures that Joey runs on. */
const O_PATH = 0o10_000_000
/** UNIX98 pseudo-terminals, of any instance of devpts. */
const firstTerminalMajor = 136
const lastTerminalMajor = 143
const sttyMs = 5_000

/** Who has the terminal of a main process open. */
export interface TerminalHolder {
  readonly pid: number
  /** It answers for the process, which this machine does not see. */
  readonly isEngine: boolean
}

/**
 * Sets the size of the terminal that a guest's process has. crun does not pass a new size on, and for no runtime
 * another way reports when it has arrived. False where the process has no terminal (any more).
 */
export async function resizeGuest(holder: TerminalHolder, columns: number, rows: number): Promise<boolean> {
  const result = await stty(holder, ['rows', String(rows), 'cols', String(columns)])
  return result !== null
}

/** The size of the terminal that a guest's process has, or null. */
export async function readGuestSize(holder: TerminalHolder): Promise<{ columns: number; rows: number } | null> {
  const [rows = 0, columns = 0] = ((await stty(holder, ['size'])) ?? '').trim().split(' ').map(Number)
  return rows > 0 && columns > 0 ? { columns, rows } : null
}

async function stty(holder: TerminalHolder, args: readonly string[]): Promise<string | null> {
  const descriptor = openTerminalOf(holder)
  if (descriptor === null) return null
  try {
    const child = start('stty', args, { stdio: [descriptor, 'pipe', 'ignore'] })
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    const timer = setTimeout(() => void endGroup(child, 0), sttyMs)
    const code = await new Promise<number | null>((resolve) => {
      child.once('close', resolve)
      child.once('error', () => resolve(null))
    })
    clearTimeout(timer)
    return code === 0 ? text : null
  } finally {
    closeSync(descriptor)
  }
}

/** The first of its standard descriptors that is a terminal; an engine has that of its guest at any other. */
function openTerminalOf({ pid, isEngine }: TerminalHolder): number | null {
  for (const descriptor of isEngine ? descriptorsOf(pid) : ['0', '1', '2']) {
    const opened = openTerminal(`/proc/${pid}/fd/${descriptor}`)
    if (opened !== null) return opened
  }
  return null
}

/** As many as an engine has of its own before those of its guest. */
const mostDescriptors = 4096

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).slice(0, mostDescriptors)
  } catch {
    return []
  }
}

/**
 * What a guest has at a descriptor is the guest's choice: it can be a device node that only the host may open, and
 * whose mere opening has effects. So the file is pinned without opening it, looked at, and opened only then.
 */
function openTerminal(path: string): number | null {
  let pinned: number | undefined
  try {
    pinned = openSync(path, O_PATH)
    const stats = fstatSync(pinned)
    const major = (stats.rdev >> 8) & 0xfff
    const isTerminal = stats.isCharacterDevice() && major >= firstTerminalMajor && major <= lastTerminalMajor
    return isTerminal ? openSync(`/proc/self/fd/${pinned}`, O_RDWR | O_NONBLOCK | O_NOCTTY) : null
  } catch {
    return null
  } finally {
    if (pinned !== undefined) closeSync(pinned)
  }
}
