import { hasDisplay } from './display.ts'
import { type ElectronRuntime, ensureElectron } from './electron.ts'
import { ensurePackages } from './packages.ts'

/** Makes sure that this machine has all that the app needs, beyond the npm packages. Silent when nothing is missing. */
export async function setUp(): Promise<ElectronRuntime> {
  await ensurePackages(hasDisplay() ? ['agent', 'window'] : ['agent', 'window', 'headless'])
  return ensureElectron()
}
