import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, formatTable, isWithinLimit, type Row } from './bench/row.ts'
import { build } from './build.ts'
import { outDir, root } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { setUp } from './set-up/set-up.ts'
import { say, step } from './steps.ts'
import { makeTestFolder, removeTestFolder, testEnvironment } from './test/folder.ts'

/** Runs the benchmarks, or those named, one after the other; writes out/bench.json; fails when a limit is exceeded. */
await runTool(async () => {
  await setUp()
  await build()
  const folder = makeTestFolder('bench')
  Object.assign(process.env, testEnvironment(folder))
  const rows: Row[] = []
  for (const bench of await loadBenches(process.argv.slice(2))) {
    rows.push(...(await step(bench.name, () => bench.run())))
  }
  removeTestFolder(folder)
  mkdirSync(outDir, { recursive: true })
  writeFileSync(join(outDir, 'bench.json'), `${JSON.stringify(rows, null, 2)}\n`)
  say(`\n${formatTable(rows)}`)
  return rows.every(isWithinLimit) ? 0 : 1
})

async function loadBenches(names: readonly string[]): Promise<readonly Bench[]> {
  const files = globSync('tools/bench/*.bench.ts', { cwd: root }).sort()
  const benches = await Promise.all(files.map(async (file) => (await import(join(root, file))) as Bench))
  const chosen = names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name))
  if (chosen.length > 0) return chosen
  throw new Problem(
    `There is no such benchmark. Choose from: ${benches.map(({ name }) => name).join(', ') || '(none yet)'}.`,
  )
}
