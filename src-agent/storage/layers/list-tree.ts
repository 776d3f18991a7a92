import { sentence } from '#contract/sentence'
import { type RunningTool, startTool } from './confined-tools.ts'
import { notCopied } from './layer-errors.ts'

/** What is known of every path (latin1, relative, '' is the root) of a tree, parents before what is in them. */
export type Listing = ReadonlyMap<string, string>

/** The facts of one entry, taken apart. */
export interface Facts {
  readonly kind: string
  readonly inode: string
  readonly changedNs: bigint
  readonly size: string
  readonly mode: string
  readonly owner: string
  readonly modified: string
  readonly links: number
}

export interface TreeList {
  readonly entries: Listing
  /** On the medium; of hard links each its share. */
  readonly bytes: number
}

/** A listing that waits for its word: everything that takes time has been done before. */
export interface HeldListing {
  go(): Promise<TreeList>
  dispose(): Promise<void>
}

const inside = '/live'
const longestPath = 3_800
const format = '%P\\0%y %i %C@ %s %m %U:%G %T@ %n\\0%b\\0'
/** The path is an argument; nothing of the guest's is in the script. */
const gate = 'read -r go; exec "$@"'

/** Everything in a folder that may change meanwhile: what vanishes is left out, and no link is followed. */
export async function listTree(folder: string, signal: AbortSignal): Promise<TreeList> {
  const held = await holdListing(folder, false, signal)
  try {
    return await held.go()
  } finally {
    await held.dispose()
  }
}

/** `isStill`: nothing changes while it is listed, so nothing may vanish. */
export async function holdListing(folder: string, isStill: boolean, signal: AbortSignal): Promise<HeldListing> {
  const args = ['-c', gate, 'joey-list', 'find', '-P', inside, '-printf', format]
  // 1: something has vanished between its name and its facts. What was listed all the same is all there is.
  const tool = {
    program: 'sh',
    args,
    shown: [{ from: folder, to: inside, writable: false }],
    okExitCodes: isStill ? [0] : [0, 1],
  }
  const running = await startTool(tool, signal)
  return {
    async go() {
      running.stdin.end('\n')
      return read(running)
    },
    dispose: running.dispose,
  }
}

async function read(running: RunningTool): Promise<TreeList> {
  const entries = new Map<string, string>()
  let bytes = 0
  let rest = ''
  for await (const chunk of running.stdout) {
    const fields = (rest + chunk.toString('latin1')).split('\0')
    const whole = fields.length - 1 - ((fields.length - 1) % 3)
    for (let at = 0; at < whole; at += 3) {
      const [path = '', facts = '', blocks = '0'] = [fields[at], fields[at + 1], fields[at + 2]]
      if (path.length > longestPath) throw notCopied(path, sentence('file-path-too-long'))
      entries.set(path, facts)
      bytes += (Number(blocks) * 512) / (facts.startsWith('d') ? 1 : Number(facts.slice(facts.lastIndexOf(' '))))
    }
    rest = fields.slice(whole).join('\0')
  }
  await running.ended()
  return { entries, bytes }
}

export function toFacts(text: string): Facts {
  const [kind = '', inode = '', changed = '0', size = '', mode = '', owner = '', modified = '', links] = text.split(' ')
  return { kind, inode, changedNs: toNs(changed), size, mode, owner, modified, links: Number(links) }
}

/** A time as `find` prints it: seconds, and ten digits after the point. */
export function toNs(text: string): bigint {
  const [seconds = '0', fraction = ''] = text.split('.')
  return BigInt(seconds + fraction.slice(0, 9).padEnd(9, '0'))
}
