import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { wholeEffort } from './bench/effort.ts'
import { loadBenches } from './bench/load.ts'
import { describeMachine, formatChanges, parseReport, type Report, readVersions } from './bench/report.ts'
import { formatTable, isWithinLimit, type Row } from './bench/row.ts'
import { build } from './build.ts'
import { outDir } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { setUp } from './set-up/set-up.ts'
import { say, step } from './steps.ts'
import { makeTestFolder, removeTestFolder, testEnvironment } from './test/folder.ts'
import { prepareTemplates } from './test/templates.ts'

/**
 * Runs the benchmarks, or those named, one after the other; writes out/bench.json; fails when a limit is exceeded. With
 * `--compare FILE` it also shows what changed against the run that wrote that file.
 */
await runTool(async () => {
  const { names, earlier } = readCommandLine(process.argv.slice(2))
  await setUp()
  await build()
  const benches = await loadBenches(names)
  const machine = describeMachine()
  const folder = makeTestFolder('bench')
  Object.assign(process.env, testEnvironment(folder))
  // An agent that still makes its own would be measured beside two machines that boot.
  await step('Templates of micro-VMs', () => prepareTemplates(folder, process.env))
  const rows: Row[] = []
  for (const bench of benches) rows.push(...(await step(bench.name, () => bench.run(wholeEffort))))
  removeTestFolder(folder)
  const report: Report = { measuredAt: new Date().toISOString(), machine, versions: await readVersions(), rows }
  mkdirSync(outDir, { recursive: true })
  writeFileSync(join(outDir, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`)
  say(`\n${formatTable(rows)}`)
  if (earlier !== null) say(`\nAgainst the run of ${earlier.measuredAt}:\n${formatChanges(earlier.rows, rows)}`)
  return rows.every(isWithinLimit) ? 0 : 1
})

function readCommandLine(args: string[]): {
  readonly names: readonly string[]
  readonly earlier: ReturnType<typeof parseReport> | null
} {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { compare: { type: 'string' } },
    })
    return { names: positionals, earlier: values.compare === undefined ? null : readEarlier(values.compare) }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(`Use it as: npm run bench -- [NAME...] [--compare FILE]. ${(error as Error).message}`)
  }
}

/** Before anything is measured: what takes minutes should not end in a sentence about a file. */
function readEarlier(path: string): ReturnType<typeof parseReport> {
  try {
    return parseReport(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Problem(`${path} is not what an earlier run wrote to out/bench.json.`, String(error))
  }
}
