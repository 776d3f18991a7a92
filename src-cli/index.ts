import { resolve } from 'node:path'
import { createClient } from '#contract/client/client'
import { findPlace } from '#contract/client/place'
import { callerArguments } from './caller-arguments.ts'
import { callerEnvironment } from './caller-environment.ts'
import type { Context } from './context.ts'
import { ExitCode } from './exit-codes.ts'
import { loadLanguage } from './language.ts'
import { main } from './main.ts'

const cleanups = new Set<() => void | Promise<void>>()

/** Ends the process when its reader or its terminal has gone, once what must not stay has been cleaned up. */
async function leave(code: number): Promise<never> {
  await Promise.allSettled([...cleanups].map(async (cleanup) => cleanup()))
  process.exit(code)
}

async function makeContext(): Promise<Context> {
  const caller = callerEnvironment(process.env)
  const home = caller['JOEY_HOME']
  const env = home ? { ...caller, JOEY_HOME: resolve(home) } : caller
  const uid = process.getuid?.() ?? 0
  const place = findPlace(env, uid)
  return {
    env,
    language: await loadLanguage(env),
    cwd: process.cwd(),
    uid,
    // Made when it is read: most commands take no input.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    place,
    client: createClient(place),
    agentEntry: agentEntry(),
    onLeave: (cleanup) => {
      cleanups.add(cleanup)
      return () => void cleanups.delete(cleanup)
    },
  }
}

/** Built, both lie below `out`; from source, each in its own folder. */
function agentEntry(): string {
  const fromSource = import.meta.filename.endsWith('.ts')
  return resolve(import.meta.dirname, fromSource ? '../src-agent/index.ts' : '../agent/index.js')
}

function watchOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    void leave(error.code === 'EPIPE' ? ExitCode.brokenPipe : ExitCode.failed)
  })
  // Nobody is left to read a message.
  process.stderr.on('error', () => undefined)
}

watchOutputs()
const code = await main(callerArguments(process.argv.slice(2)), await makeContext())
// Not left to the event loop: an open standard input would keep it alive. Writes to pipes and files are done by now,
// since Node writes them synchronously on Linux; a full pipe is waited for here.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
