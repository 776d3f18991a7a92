import { build } from './build.ts'
import { runTool } from './problem.ts'
import { hasDisplay } from './set-up/display.ts'
import { setUp } from './set-up/set-up.ts'
import { startAgent } from './start/agent.ts'
import { type OpenedWindow, openWindow } from './start/window.ts'
import { say, step } from './steps.ts'

const examples = [
  ['./joey run --rm busybox -- echo hello', 'run one command in a fresh sandbox'],
  ['./joey run -it --name shell busybox', 'a shell in a sandbox; Ctrl-P Ctrl-Q leaves it running'],
  ['./joey ls -a', 'list sandboxes'],
  ['./joey stats', 'live usage'],
  ['./joey doctor', 'what this machine can and cannot do'],
] as const

/** Chromium refuses to confine its pages for root. */
const rootNotice =
  '  It runs as root, so Chromium does not confine its pages. To have it confined, run npm start from an ordinary account;\n' +
  '  the agent, which needs root, serves that account: sudo ./joey agent start --owner "$UID"'

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
  if (process.getuid?.() === 0) say(rootNotice)
  say('  To stop the agent (sandboxes go on): ./joey agent stop')
  say('\nTo try on the command line:')
  const width = Math.max(...examples.map(([command]) => command.length))
  for (const [command, meaning] of examples) say(`  ${command.padEnd(width)}  ${meaning}`)
}
