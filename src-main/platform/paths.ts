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

/**
 * With `JOEY_WINDOW_HOME` what is the window's lies there, as where it runs as another account than who opened it. With `JOEY_HOME`
 * it lies below that, so that tests and second agents do not meet.
 */
export function findPaths({ appPath, appData, env }: PathDeps): Paths {
  const userData =
    env['JOEY_WINDOW_HOME'] || (env['JOEY_HOME'] ? join(env['JOEY_HOME'], 'window') : join(appData, 'joey'))
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
