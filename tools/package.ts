import { join } from 'node:path'
import { build } from './build.ts'
import { ensureAppFolder, makeResources, runBuilder } from './package/app-folder.ts'
import { buildDeb } from './package/deb/build-deb.ts'
import { root } from './paths.ts'
import { runTool } from './problem.ts'
import { setUp } from './set-up/set-up.ts'
import { say, step } from './steps.ts'

/**
 * Packs the app for this machine's architecture. `npm run package` makes a folder that can be run, `npm run package -- deb` a package
 * for Debian and what is made from it; all other words go to electron-builder, which fetches the tools for them.
 */
await runTool(async () => {
  const words = process.argv.slice(2)
  const [first] = words
  const runtime = await setUp()
  await build()
  if (first === undefined || first === '--dir' || first === 'deb') {
    await step('Packing the app', () => ensureAppFolder(runtime))
  }
  if (first === undefined || first === '--dir') say('Packed: out/package/linux-unpacked/joey-window')
  else if (first === 'deb') {
    const into = join(root, 'dist')
    const file = await step('Building the package', () => buildDeb({ into, compression: 'small' }))
    say(`Built: ${file}\nTo install it: sudo apt install ${file}`)
  } else {
    makeResources()
    await runBuilder(runtime, words, 'inherit')
  }
  return 0
})
