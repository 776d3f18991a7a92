import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.ts'
import { findTraces } from './leaks.ts'
import { outDir } from './paths.ts'
import { Problem } from './problem.ts'
import { setUp } from './set-up/set-up.ts'
import { formatDuration, say } from './steps.ts'
import { type Counts, crashed, sum } from './test/counts.ts'
import { makeTestFolder, removeTestFolder, testEnvironment } from './test/folder.ts'
import { leakStage, type Stage, type Surroundings, stages } from './test/stages.ts'
import { prepareTemplates } from './test/templates.ts'

process.exitCode = await main(process.argv.slice(2))

/** Prepares, runs the chosen stages, all by default, and prints the closing line, whatever happens. */
async function main(names: readonly string[]): Promise<number> {
  const results: Counts[] = []
  const attempt = async (work: () => Promise<readonly Counts[]>): Promise<void> => {
    try {
      results.push(...(await work()))
    } catch (error) {
      say(`\n${describe(error)}`)
      results.push(crashed)
    }
  }
  // What cannot be prepared fails the stages that need it, and leaves the others worth running.
  await attempt(() => setUp(['test']).then(() => []))
  await attempt(() => build().then(() => []))
  await attempt(() => runStages(chooseStages(names)))
  const { passed, failed } = sum(results)
  say(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function chooseStages(names: readonly string[]): readonly Stage[] {
  for (const name of names) {
    if (stages.some((stage) => stage.name === name)) continue
    throw new Problem(`There is no stage named ${name}. Choose from: ${stages.map((stage) => stage.name).join(', ')}.`)
  }
  return names.length === 0 ? stages : stages.filter(({ name }) => names.includes(name))
}

async function runStages(chosen: readonly Stage[]): Promise<readonly Counts[]> {
  mkdirSync(join(outDir, 'test'), { recursive: true })
  const folder = makeTestFolder('test')
  const surroundings = { folder, env: testEnvironment(folder), tracesBefore: await findTraces(folder) }
  if (chosen.some(({ needsRoot }) => needsRoot) && process.getuid?.() === 0) {
    await prepareTemplates(folder, surroundings.env)
  }
  const results: Counts[] = []
  for (const stage of chosen) results.push(await runStage(stage, surroundings))
  const leaks = await runStage(leakStage, surroundings)
  if (leaks.failed === 0) removeTestFolder(folder)
  else say(`The tests' folder is kept: ${folder}`)
  return [...results, leaks]
}

async function runStage(stage: Stage, surroundings: Surroundings): Promise<Counts> {
  say(`\n${stage.title}`)
  if (stage.needsRoot && process.getuid?.() !== 0) {
    say(`These tests start real sandboxes, which needs root. Run them with: sudo npm test -- ${stage.name}`)
    return crashed
  }
  const started = performance.now()
  const counts = await stage.run(surroundings).catch((error: unknown) => {
    say(describe(error))
    return crashed
  })
  const took = formatDuration(performance.now() - started)
  say(`${stage.title}: ${counts.passed} passed and ${counts.failed} failed in ${took}`)
  return counts
}

function describe(error: unknown): string {
  if (error instanceof Problem) return `${error.message}\n${error.detail ?? ''}`.trimEnd()
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
