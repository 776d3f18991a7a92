import { build } from './build.ts'
import { npmBinary, root } from './paths.ts'
import { runTool } from './problem.ts'
import { run } from './process/run.ts'
import { hasDisplay, underVirtualDisplay } from './set-up/display.ts'
import { setUp } from './set-up/set-up.ts'

/** Runs the end-to-end tests alone; arguments go to Playwright: `npm run e2e -- terminal.spec.ts --headed`. */
await runTool(async () => {
  await setUp()
  await build()
  const plain = { program: npmBinary('playwright'), args: ['test', ...process.argv.slice(2)] }
  const { program, args } = hasDisplay() ? plain : underVirtualDisplay(plain)
  const { code } = await run(program, args, { cwd: root, output: 'inherit' })
  return code ?? 1
})
