import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { defaultCapabilities } from './grants.ts'
import type { Rights } from './runtime-config.ts'

const capabilitiesFile = 'capabilities.json'
/** There where programs may gain rights. */
const gainsRightsFile = 'gains-rights'

/** Keeps in a run folder what the sandbox holds: commands that join it later hold that, whatever is granted by then. */
export async function writeRights(run: string, { capabilities, gainsRights }: Rights): Promise<void> {
  await writeFile(join(run, capabilitiesFile), JSON.stringify(capabilities), { mode: 0o600 })
  if (gainsRights) await writeFile(join(run, gainsRightsFile), '', { mode: 0o600 })
}

/** What a command that joins the sandbox holds. */
export function readRights(run: string): Rights {
  const gainsRights = existsSync(join(run, gainsRightsFile))
  return { capabilities: readCapabilities(run) ?? defaultCapabilities, gainsRights }
}

/** What the sandbox has held since it was begun; null where an agent has begun it that did not write that down. */
export function readCapabilities(run: string): readonly string[] | null {
  try {
    return z.array(z.string()).parse(JSON.parse(readFileSync(join(run, capabilitiesFile), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
