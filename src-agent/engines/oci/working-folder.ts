import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import type { LayerSource, TreeView } from '../../storage/layers/tree-view.ts'
import type { TreeTools } from '../../storage/trees/layer-union.ts'
import { createTreeTools, openTreeView } from '../../storage/trees/tree-view.ts'
import type { LaunchPlan } from '../driver.ts'

/** What of a plan says where its main process begins. */
type Wish = Pick<LaunchPlan, 'lowers' | 'mounts'> & {
  readonly paths: Pick<LaunchPlan['paths'], 'upper'>
  readonly process: Pick<LaunchPlan['process'], 'cwd' | 'argv'>
}

/** As many as the kernel follows. */
const mostLinks = 40

/** Folders that hide all that is below them are looked for only where it matters: that takes a walk through whole layers. */
const withoutMarks: TreeTools = {
  attributes: { open: async (folders) => folders.map(() => ({ isOpaque: () => false, read: async () => [] })) },
  isFrozen: () => false,
}

/**
 * The working folder for a runtime that makes a missing one but stumbles over a link to nowhere: what is missing behind the link,
 * as Docker makes it. Links are resolved within the sandbox's own tree. Everything else stays as it was requested. Rejects
 * where no folder can be there, for which runtimes have words that nobody understands.
 */
export async function findWorkingFolder(plan: Wish, run: Run): Promise<string> {
  const { cwd, argv } = plan.process
  if (cwd === '/' || (await resolveCwd(plan, withoutMarks)) === cwd) return cwd
  const resolution = await resolveCwd(
    plan,
    createTreeTools(run, () => false),
  )
  if (resolution === null) throw appError('working-directory', { program: argv[0] ?? '' })
  return resolution
}

/** Null where no folder can be there. */
async function resolveCwd({ paths, lowers, mounts, process: { cwd } }: Wish, tools: TreeTools): Promise<string | null> {
  const sources = [paths.upper, ...lowers].map((path): LayerSource => ({ kind: 'folder', path }))
  const covered = new Set(mounts.map(({ target }) => toBytes(target).slice(1)))
  const view = await openTreeView(sources, tools)
  try {
    const resolution = await follow(view, toBytes(cwd), (path) => covered.has(path))
    if (resolution.kind === 'missing') return Buffer.from(`/${resolution.path}`, 'latin1').toString('utf8')
    return resolution.kind === 'as-given' ? cwd : null
  } finally {
    await view.close()
  }
}

type Resolution =
  | { readonly kind: 'as-given' }
  /** Something that is no folder is in the way, or links in a circle. */
  | { readonly kind: 'barred' }
  /** Where a link leads to what is not there: the path without links. */
  | { readonly kind: 'missing'; readonly path: string }

async function follow(
  view: Pick<TreeView, 'stat'>,
  path: string,
  isCovered: (path: string) => boolean,
): Promise<Resolution> {
  const left = path.split('/').reverse()
  const done: string[] = []
  let links = 0
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      done.pop()
      continue
    }
    const here = [...done, name].join('/')
    // What a mount shows is not in the layers.
    if (isCovered(here)) return { kind: 'as-given' }
    const node = await view.stat(here)
    if (node === null && links === 0) return { kind: 'as-given' }
    if (node === null) return { kind: 'missing', path: join(here, ...left.reverse()) }
    if (node.kind === 'folder') done.push(name)
    else if (node.target === null || (links += 1) > mostLinks) return { kind: 'barred' }
    else {
      if (node.target.startsWith('/')) done.length = 0
      left.push(...node.target.split('/').reverse())
    }
  }
  return { kind: 'as-given' }
}

function toBytes(path: string): string {
  return Buffer.from(path).toString('latin1')
}
