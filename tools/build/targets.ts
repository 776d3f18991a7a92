import { existsSync, globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { outDir, root } from '../paths.ts'

/** One thing that the build makes. */
export interface Target {
  readonly name: 'main' | 'preload' | 'renderer' | 'agent' | 'cli'
  /** Where the build starts; relative to the checkout. */
  readonly entry: string
  /** Folders whose content decides whether the target is up to date. */
  readonly sources: readonly string[]
  /** The file whose absence means that the target is not built. */
  readonly output: string
}

const shared = ['src-contract', 'resources']

/** Every target, in the order in which they are built. */
export const targets: readonly Target[] = [
  { name: 'agent', entry: 'src-agent/index.ts', sources: ['src-agent', ...shared], output: 'agent/index.js' },
  { name: 'cli', entry: 'src-cli/index.ts', sources: ['src-cli', ...shared], output: 'cli/index.js' },
  { name: 'main', entry: 'src-main/index.ts', sources: ['src-main', ...shared], output: 'main/index.cjs' },
  { name: 'preload', entry: 'src-preload/index.ts', sources: ['src-preload', ...shared], output: 'preload/index.cjs' },
  {
    name: 'renderer',
    entry: 'src-renderer/index.html',
    sources: ['src-renderer', ...shared],
    output: 'renderer/index.html',
  },
]

/** Where a target's files go. */
export function targetDir(target: Target): string {
  return join(outDir, target.name)
}

/**
 * The entries of a Node target: its `index.ts`, and each `NAME.entry.ts` below it, for helpers that run as processes of
 * their own and therefore need a file of their own (`out/agent/NAME.js`).
 */
export function nodeEntries(target: Target): Readonly<Record<string, string>> {
  const folder = `src-${target.name}`
  const helpers = globSync('**/*.entry.ts', { cwd: join(root, folder) })
  return Object.fromEntries([
    ['index', join(root, target.entry)],
    ...helpers.map((file) => [basename(file, '.entry.ts'), join(root, folder, file)]),
  ])
}

/** Whether the target's source is there at all. */
export function hasSource(target: Target): boolean {
  return existsSync(join(root, target.entry))
}
