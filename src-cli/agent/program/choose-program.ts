import { dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { type Changeable, whatOthersCanChange } from '#contract/client/ownership'
import { ownVersion } from '../../own-version.ts'
import { copyProgram } from './copy-program.ts'
import { listProgramFiles } from './program-files.ts'

/** What to start: a Node, and the agent's entry. */
export interface AgentProgram {
  readonly node: string
  readonly entry: string
  /** Why it is a copy, and where that lies; null where the program is run where it is. */
  readonly copied: { readonly from: string; readonly to: string; readonly because: string } | null
}

/**
 * What runs as root must be root's: where somebody else could change the program, or a folder on the way to it, what would
 * run is copied below the state folder first. From the sources (in tests) it is run as it is.
 */
export function chooseProgram(agentEntry: string, home: string): AgentProgram {
  const node = process.execPath
  const inPlace = { node, entry: agentEntry, copied: null }
  if (process.getuid?.() !== 0 || agentEntry.endsWith('.ts')) return inPlace
  const root = rootOf(agentEntry)
  const [first] = whatOthersCanChange(listProgramFiles(root, node).map(({ source }) => source))
  if (first === undefined) return inPlace
  const to = copyProgram({ root, node, version: ownVersion }, join(home, 'program'))
  const [open] = whatOthersCanChange(listProgramFiles(to, nodeIn(to)).map(({ source }) => source))
  if (open !== undefined) throw appError('program-open-to-others', { path: open.path })
  return { ...programIn(to), copied: { from: root, to, because: describeChangeable(first) } }
}

/** The folder of Joey, of its agent's entry: `out/agent/index.js` lies in it. */
export function rootOf(agentEntry: string): string {
  return dirname(dirname(dirname(agentEntry)))
}

function programIn(folder: string): Pick<AgentProgram, 'node' | 'entry'> {
  return { node: nodeIn(folder), entry: join(folder, 'out/agent/index.js') }
}

function nodeIn(folder: string): string {
  return join(folder, `node_modules/node-linux-${process.arch}/bin/node`)
}

function describeChangeable({ path, uid, byMode }: Changeable): string {
  return byMode ? `others can write to ${path}` : `${path} belongs to account ${uid}`
}
