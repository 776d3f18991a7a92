import { watch } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.ts'
import { root } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { type Foreground, startForeground } from './process/start-foreground.ts'
import { setUp } from './set-up/set-up.ts'
import { startAgent } from './start/agent.ts'
import { windowCommand } from './start/window.ts'
import { say } from './steps.ts'

const watched = ['src-contract', 'src-main', 'src-preload', 'src-renderer', 'src-agent', 'src-cli']
const settleMs = 150

/**
 * Opens the window and, at each change, builds what changed and opens it anew. Sandboxes and terminals survive that, for
 * they live in the agent, which is left alone: `./joey agent stop` and `start` bring in a new one.
 */
await runTool(async () => {
  const runtime = await setUp()
  await build()
  await startAgent()
  const command = windowCommand(runtime)
  let window: Foreground = startForeground(command)
  const rebuild = debounce(async () => {
    try {
      await build()
    } catch (error) {
      say(error instanceof Problem ? `${error.message}\n${error.detail}` : String(error)) // a typing error in the source; the next change tries again
      return
    }
    await window.stop()
    window = startForeground(command)
  })
  for (const folder of watched) watch(join(root, folder), { recursive: true }, rebuild)
  say('Watching for changes; Ctrl-C ends.')
  await new Promise<void>((resolve) => process.once('SIGINT', resolve))
  await window.stop()
  process.exit(0) // the watchers would keep the process alive
})

/** Calls once things have been quiet for a moment, and never twice at the same time. */
function debounce(work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined
  let last = Promise.resolve()
  return () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      last = last.then(work)
    }, settleMs)
  }
}
