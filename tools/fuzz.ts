import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { npmBinary, outDir, root } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { run } from './process/run.ts'
import { buildFuzzTarget, type CTarget, corpusOf, fuzzTargets, hasFuzzer } from './programs/c-build.ts'
import { say } from './steps.ts'

const defaultSeconds = 300
/** To build and to start, and for an input that is under way when the time is over. */
const graceSeconds = 120

/** What a reader was given, and what came of it. */
const Outcome = z.object({ name: z.string(), inputs: z.number(), fault: z.string().nullable() })
type Outcome = z.infer<typeof Outcome>

/**
 * `npm run fuzz [-- SECONDS]`: gives each parser of foreign bytes broken inputs for so long, 300 seconds without a number, and
 * ends with a line for each. What it finds goes to out/fuzz; a small one belongs to tools/programs/corpus with the correction.
 */
await runTool(async () => {
  const seconds = Number(process.argv[2] ?? defaultSeconds)
  if (!(seconds > 0)) throw new Problem('Give the seconds for each parser as a number.')
  if (!hasFuzzer()) throw new Problem('The C needs libFuzzer. On Debian: apt-get install clang libclang-rt-dev')
  const outcomes: Outcome[] = []
  for (const target of fuzzTargets) outcomes.push(await fuzzParser(target, seconds))
  outcomes.push(...(await fuzzReaders(seconds)))
  say('')
  for (const { name, inputs, fault } of outcomes) say(`${name}: ${inputs} inputs, ${fault ?? 'no fault'}`)
  return outcomes.every(({ fault }) => fault === null) ? 0 : 1
})

/** A parser in C, by libFuzzer. */
async function fuzzParser(target: CTarget, seconds: number): Promise<Outcome> {
  const folder = join(outDir, 'fuzz', target.name)
  mkdirSync(folder, { recursive: true })
  const program = await buildFuzzTarget(target, join(outDir, 'fuzz/programs'))
  say(`${target.name}: ${seconds} s`)
  const times = [`-max_total_time=${seconds}`, '-max_len=70000', '-print_final_stats=1']
  const args = [...times, `-artifact_prefix=${folder}/fault-`, folder, corpusOf(target)]
  const { code, stderr } = await run(program, args, { cwd: folder, timeoutMs: (seconds + graceSeconds) * 1000 })
  if (code !== 0) say(stderr.slice(-4000))
  const inputs = Number(/^stat::number_of_executed_units:\s*(\d+)/m.exec(stderr)?.[1] ?? 0)
  return { name: target.name, inputs, fault: code === 0 ? null : `a fault, kept in ${folder}` }
}

/** The readers of disks and archives, in the agent's own process: their tests with more time and another seed. */
async function fuzzReaders(seconds: number): Promise<readonly Outcome[]> {
  const seed = String(Date.now() % 2 ** 31)
  const report = join(outDir, 'fuzz', 'readers.jsonl')
  rmSync(report, { force: true })
  say(`Readers of disks and archives: ${seconds} s each, seed ${seed}`)
  const times = { JOEY_FUZZ_SECONDS: String(seconds), JOEY_FUZZ_SEED: seed, JOEY_FUZZ_REPORT: report }
  const args = ['run', '--project', 'unit', 'src-agent/testing/fuzz']
  const { code } = await run(npmBinary('vitest'), args, {
    cwd: root,
    env: { ...process.env, ...times },
    output: 'inherit',
  })
  const lines = existsSync(report) ? readFileSync(report, 'utf8').split('\n').filter(Boolean) : []
  const outcomes = lines.map((line) => Outcome.parse(JSON.parse(line)))
  const isExplained = code === 0 || outcomes.some(({ fault }) => fault !== null)
  return isExplained
    ? outcomes
    : [...outcomes, { name: 'the other readers', inputs: 0, fault: 'their tests failed, see above' }]
}
