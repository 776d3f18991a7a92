import { hasDisplay } from './display.ts'
import { type ElectronRuntime, ensureElectron } from './electron.ts'
import { ensurePackages } from './packages.ts'
import type { Purpose } from './requirements.ts'

/** Makes sure that this machine has all that the app needs, beyond the npm packages. Silent when nothing is missing. */
export async function setUp(more: readonly Purpose[] = []): Promise<ElectronRuntime> {
  await ensurePackages(['agent', 'window', ...(hasDisplay() ? [] : (['headless'] as const)), ...more])
  return ensureElectron()
}
