import { join } from 'node:path'
import { withLock } from './build/lock.ts'
import { inputHash, isUpToDate, writeStamp } from './build/stamp.ts'
import { hasSource, type Target, targets } from './build/targets.ts'
import { outDir } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { step } from './steps.ts'

/** Builds what is out of date; with names, only those. Prints nothing for what is up to date. */
export async function build(names: readonly string[] = []): Promise<void> {
  const stale = staleTargets(names)
  if (stale.length === 0) return
  await withLock(join(outDir, '.build-lock'), async () => {
    // Asked again: whoever held the lock may have built the same.
    const problems: Problem[] = []
    for (const { target, hash } of staleTargets(names)) {
      const problem = await buildOne(target, hash)
      if (problem) problems.push(problem)
    }
    const [first] = problems
    if (first) throw new Problem(problems.map(({ message }) => message).join(' '), first.detail)
  })
}

/** Resolves with what went wrong, so that one mistake does not keep the rest from being built. */
async function buildOne(target: Target, hash: string): Promise<Problem | undefined> {
  try {
    await step(`Building ${target.name}`, async () => {
      // Loaded only here, because an up-to-date build should not wait for the bundler to load.
      const { compile } = await import('./build/compile.ts')
      await compile(target)
    })
    writeStamp(target, hash)
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

function staleTargets(names: readonly string[]): readonly { target: Target; hash: string }[] {
  const known = new Set<string>(targets.map(({ name }) => name))
  for (const name of names) {
    if (!known.has(name))
      throw new Problem(`There is nothing named ${name} to build. Choose from: ${[...known].join(', ')}.`)
  }
  return targets
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .filter((target) => hasSource(target) || names.length > 0)
    .map((target) => ({ target, hash: inputHash(target) }))
    .filter(({ target, hash }) => !isUpToDate(target, hash))
}

if (import.meta.main) {
  await runTool(async () => {
    await build(process.argv.slice(2))
    return 0
  })
}
