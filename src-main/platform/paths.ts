import { join } from 'node:path'

/** Where the parts of this installation lie, and where the window keeps what is its own. */
export interface Paths {
  readonly renderer: string
  readonly preload: string
  /** The command line, which starts the agent. */
  readonly script: string
  readonly userData: string
  readonly log: string
  readonly windowState: string
}

export interface PathDeps {
  /** The app's folder, or its archive where it is packaged. */
  readonly appPath: string
  /** The system's folder for settings of applications. */
  readonly appData: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** With `JOEY_HOME` everything of the window lies below it too, so that tests and second agents do not meet. */
export function findPaths({ appPath, appData, env }: PathDeps): Paths {
  const home = env['JOEY_HOME']
  const userData = home === undefined || home === '' ? join(appData, 'joey') : join(home, 'window')
  return {
    renderer: join(appPath, 'out', 'renderer'),
    preload: join(appPath, 'out', 'preload', 'index.cjs'),
    // A program cannot be started from inside an archive; the builder leaves it beside it.
    script: join(appPath.replace(/app\.asar$/, 'app.asar.unpacked'), 'joey'),
    userData,
    log: join(userData, 'main.log'),
    windowState: join(userData, 'window-state.json'),
  }
}
