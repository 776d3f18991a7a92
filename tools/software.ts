import { parseArgs } from 'node:util'
import { IsolationClass } from '#contract/sandbox'
import { build } from './build.ts'
import { Problem, runTool } from './problem.ts'
import { setUp } from './set-up/set-up.ts'
import { cron, supervisor } from './software/daemons.ts'
import { postgresql, redis } from './software/databases.ts'
import { makeImages } from './software/images.ts'
import { createJoey, type Joey } from './software/joey.ts'
import { gcc, node, python } from './software/languages.ts'
import type { Scenario } from './software/scenario.ts'
import { nginx, sshd } from './software/servers.ts'
import { say, step } from './steps.ts'
import { makeTestFolder, removeTestFolder, testEnvironment } from './test/folder.ts'

const scenarios: readonly Scenario[] = [postgresql, redis, nginx, node, python, gcc, sshd, supervisor, cron]

/**
 * `npm run software [-- NAME...] [--class CLASS]`: runs what people run, each in each class, on an agent of its own, and ends with a
 * line for what failed. It makes Debian and what stands on it, so it needs the network, and half an hour. With `JOEY_HOME` it takes
 * that agent and the images that it has, and leaves both.
 */
await runTool(async () => {
  const { classes, chosen } = readCommandLine(process.argv.slice(2))
  await setUp()
  await build()
  const folder = makeTestFolder('software')
  const given = process.env['JOEY_HOME']
  const env = given === undefined ? testEnvironment(folder) : process.env
  const joey = createJoey('container', env)
  await joey('agent', 'start')
  try {
    await step('Images', () => makeImages(joey, folder))
    const failed: string[] = []
    for (const own of classes)
      for (const scenario of chosen)
        if (!(await tryOne(scenario, createJoey(own, env), folder))) failed.push(`${scenario.name} in ${own}`)
    say(failed.length === 0 ? '\nEverything works.' : `\nThese fail: ${failed.join(', ')}.`)
    return failed.length === 0 ? 0 : 1
  } finally {
    if (given === undefined) await joey('agent', 'stop', '--sandboxes', 'stop')
    removeTestFolder(folder)
  }
})

async function tryOne(scenario: Scenario, joey: Joey, folder: string): Promise<boolean> {
  const before = await names(joey)
  try {
    await step(`${joey.class}: ${scenario.name}`, () => scenario.run(joey, folder))
    return true
  } catch (error) {
    say(error instanceof Problem ? `${error.message}\n${error.detail ?? ''}` : String(error))
    return false
  } finally {
    await removeNew(joey, before)
  }
}

type Names = Record<'sandboxes' | 'volumes', readonly string[]>

async function names(joey: Joey): Promise<Names> {
  const read = async (...args: string[]) =>
    (JSON.parse(await joey(...args)) as { name: string }[]).map(({ name }) => name)
  return { sandboxes: await read('ls', '-a', '--json'), volumes: await read('volume', 'ls', '--json') }
}

async function removeNew(joey: Joey, before: Names): Promise<void> {
  const now = await names(joey)
  for (const name of now.sandboxes.filter((each) => !before.sandboxes.includes(each)))
    await joey.attempt('rm', '-f', name)
  for (const name of now.volumes.filter((each) => !before.volumes.includes(each)))
    await joey.attempt('volume', 'rm', name)
}

function readCommandLine(args: string[]): { classes: readonly IsolationClass[]; chosen: readonly Scenario[] } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { class: { type: 'string', multiple: true, default: [...IsolationClass.options] } },
  })
  const chosen = scenarios.filter(
    ({ name }) =>
      positionals.length === 0 || positionals.some((word) => name.toLowerCase().includes(word.toLowerCase())),
  )
  if (chosen.length === 0) throw new Problem(`Choose from: ${scenarios.map(({ name }) => name).join(', ')}.`)
  return { classes: values.class.map((each) => IsolationClass.parse(each)), chosen }
}
