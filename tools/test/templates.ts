import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { joeyScript } from '../paths.ts'
import { type Finished, run } from '../process/run.ts'

const commandMs = 60_000
const templatesMs = 120_000
/** With a network and without: what an agent makes at its start. */
const templatesOfAnAgent = 2

/**
 * Has one agent make the templates that micro-VMs start from, and puts them where all agents of the run take theirs:
 * `templates` in the run's folder. Where this machine cannot have micro-VMs, or makes no templates, there is none, and each
 * agent of a test does as it would alone.
 */
export async function prepareTemplates(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const home = join(folder, 'first')
  const joey = (...args: string[]) => run(joeyScript, args, { env: { ...env, JOEY_HOME: home }, timeoutMs: commandMs })
  try {
    if ((await joey('agent', 'start')).code !== 0) return
    const made = join(home, 'microvm', 'templates')
    let isComplete = false
    try {
      isComplete = (await canHaveMicrovms(joey)) && (await waitForTemplates(made))
    } finally {
      await joey('agent', 'stop')
    }
    if (isComplete) renameSync(made, join(folder, 'templates'))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function canHaveMicrovms(joey: (...args: string[]) => Promise<Finished>): Promise<boolean> {
  const { stdout } = await joey('class', 'ls', '--json')
  const classes = JSON.parse(stdout) as readonly { readonly class: string; readonly available: boolean }[]
  return classes.some((each) => each.class === 'microvm' && each.available)
}

async function waitForTemplates(folder: string): Promise<boolean> {
  for (const deadline = Date.now() + templatesMs; Date.now() < deadline; await sleep(200)) {
    if (statesIn(folder) >= templatesOfAnAgent) return true
  }
  return false
}

function statesIn(folder: string): number {
  if (!existsSync(folder)) return 0
  return readdirSync(folder, { recursive: true }).filter((path) => String(path).endsWith('.state')).length
}
