import { build } from './build.ts'
import { runTool } from './problem.ts'
import { hasDisplay } from './set-up/display.ts'
import { setUp } from './set-up/set-up.ts'
import { startAgent } from './start/agent.ts'
import { type OpenedWindow, openWindow } from './start/window.ts'
import { findWindowAccount, type WindowAccount } from './start/window-account.ts'
import { say, step } from './steps.ts'

const examples = [
  ['./joey run --rm busybox -- echo hello', 'run one command in a fresh sandbox'],
  ['./joey run -it --name shell busybox', 'a shell in a sandbox; Ctrl-P Ctrl-Q leaves it running'],
  ['./joey ls -a', 'list sandboxes'],
  ['./joey stats', 'live usage'],
  ['./joey doctor', 'what this machine can and cannot do'],
] as const

/** Whoever may use the agent is as good as root, so who that is has to be said. */
function sayAccount({ uid, home }: WindowAccount): void {
  say(
    `  It runs as ${home === null ? `an account of its own (${uid})` : `the account ${uid}, which ran sudo`}, and the agent lets that account use it.`,
  )
}

await runTool(async () => {
  const runtime = await setUp()
  await build()
  await startAgent()
  const window = await step('Opening the window', () => openWindow(runtime))
  describe(window)
  return 0
})

function describe(window: OpenedWindow): void {
  if (window.kind === 'alreadyOpen') {
    say('\nJoey was open already; its window has come to the front.')
  } else {
    const where = hasDisplay() ? 'Joey is open.' : 'Joey is open under Xvfb, because this machine has no display.'
    say(`\n${where}`)
    say(`  Its picture: ${window.screenshot}`)
    say(`  Its log:     ${window.log}`)
    say(`  To close it: kill -- -${window.pid}`)
  }
  const account = findWindowAccount()
  if (account !== null) sayAccount(account)
  say('  To stop the agent (sandboxes go on): ./joey agent stop')
  say('\nTo try on the command line:')
  const width = Math.max(...examples.map(([command]) => command.length))
  for (const [command, meaning] of examples) say(`  ${command.padEnd(width)}  ${meaning}`)
}
