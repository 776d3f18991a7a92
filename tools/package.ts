import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from './build.ts'
import { npmBinary, outDir, root } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { run } from './process/run.ts'
import type { ElectronRuntime } from './set-up/electron.ts'
import { sharedRuntime } from './set-up/electron-older.ts'
import { setUp } from './set-up/set-up.ts'
import { say } from './steps.ts'

/**
 * Packs the app for this machine's architecture into dist. Arguments go to electron-builder; without any, it makes a
 * folder that can be run (`--dir`), since AppImage and deb need tools that electron-builder downloads.
 */
await runTool(async () => {
  const runtime = await setUp()
  await build()
  const args = process.argv.slice(2)
  const wanted = args.length > 0 ? args : ['--dir']
  const { code } = await run(npmBinary('electron-builder'), ['--linux', ...wanted, ...runtimeOptions(runtime)], {
    cwd: root,
    output: 'inherit',
  })
  if (code !== 0) throw new Problem('The app could not be packed; see the output above.')
  return 0
})

function runtimeOptions(runtime: ElectronRuntime): readonly string[] {
  const version = `-c.electronVersion=${runtime.version}`
  if (runtime.kind === 'npm') return [`-c.electronDist=${dirname(runtime.executable)}`, version]
  say(`Packing Electron ${runtime.version}: fit for trying the package, too old to be given to anybody.`)
  const file = join(outDir, 'electron-builder-older.yml')
  const configuration = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  // The one fuse that came after this version; electron-builder would refuse to set it.
  writeFileSync(file, configuration.replace(/^ *grantFileProtocolExtraPrivileges:.*\n/m, ''))
  return ['--config', file, `-c.electronDist=${sharedRuntime()}`, version]
}
