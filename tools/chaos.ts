import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { IsolationClass } from '#contract/sandbox'
import { build } from './build.ts'
import { runSeed } from './chaos/run-seed.ts'
import { findLeaks, findTraces } from './leaks.ts'
import { outDir } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { setUp } from './set-up/set-up.ts'
import { say, step } from './steps.ts'
import { makeTestFolder, removeTestFolder, testEnvironment } from './test/folder.ts'
import { prepareTemplates } from './test/templates.ts'

const usualMinutes = 10
const stepsOfSeed = 40

/**
 * `npm run chaos [-- --seed N --minutes M --steps S --class C,C]`: does random things with a real agent and kills at random what takes part in them, and
 * looks after each whether anything was lost, left or told wrongly. With a seed that one alone; else one after the other.
 */
await runTool(async () => {
  const { seed, minutes, steps, classes } = readCommandLine()
  await setUp(['test'])
  await build()
  const folder = makeTestFolder('test')
  Object.assign(process.env, testEnvironment(folder))
  let before = await findTraces(folder)
  await step('Templates of micro-VMs', () => prepareTemplates(folder, process.env))
  const end = performance.now() + minutes * 60_000
  const failed: number[] = []
  const options = `${steps === stepsOfSeed ? '' : ` --steps ${steps}`}${classes === null ? '' : ` --class ${classes.join()}`}`
  let faults = 0
  let now = seed ?? Date.now() % 1e6
  for (; ; now += 1) {
    say(`\nSeed ${now}`)
    const report = await runSeed({ seed: now, steps, classes, keep: join(outDir, 'chaos', String(now)), say })
    faults += report.faults
    // What has no path in it may be of an agent that somebody else has on this machine.
    const find = async () =>
      new Set([...(await findTraces(folder))].filter((trace) => trace.includes(folder) || trace.includes(report.tag)))
    const wrong = [...report.differences, ...(await findLeaks(find, before))]
    say(`Seed ${now}: ${report.steps} steps, ${report.faults} faults, ${wrong.length} wrong`)
    for (const each of wrong) say(`  ${each}`)
    if (wrong.length > 0) failed.push(now)
    // What one seed has left is not the fault of the next.
    before = new Set([...before, ...(await findTraces(folder))])
    if (performance.now() > end) break
  }
  say(`\n${faults} faults, ${failed.length} seeds in which something was wrong`)
  for (const each of failed) say(`Again: npm run chaos -- --seed ${each}${options}`)
  if (failed.length === 0) removeTestFolder(folder)
  return failed.length === 0 ? 0 : 1
})

function readCommandLine() {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string' },
        steps: { type: 'string' },
        class: { type: 'string' },
      },
    })
    const numbers = [values.seed, values.minutes, values.steps].flatMap((text) =>
      text === undefined ? [] : [Number(text)],
    )
    if (numbers.some((number) => !(number > 0))) throw new Error('Each is a number above zero.')
    return {
      seed: values.seed === undefined ? null : Number(values.seed),
      // A seed alone is that one, and no other after it.
      minutes: Number(values.minutes ?? (values.seed === undefined ? usualMinutes : 0)),
      steps: Number(values.steps ?? stepsOfSeed),
      classes: values.class === undefined ? null : values.class.split(',').map((each) => IsolationClass.parse(each)),
    }
  } catch (error) {
    throw new Problem(
      `Use it as: npm run chaos -- [--seed N] [--minutes M] [--steps S] [--class C,C]. ${(error as Error).message}`,
    )
  }
}
