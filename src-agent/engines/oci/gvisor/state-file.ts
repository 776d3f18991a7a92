import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { sentence } from '#contract/sentence'

/** The only file that runsc writes, and what shows whether it is whole: runsc itself would notice late, or never. */
const imageName = 'checkpoint.img'
const sealName = 'state.json'

const Seal = z.object({
  bytes: z.int().positive(),
  stateKey: z.string(),
  /** What its programs hold; absent where that is not known. */
  capabilities: z.array(z.string()).optional(),
})

/** Writes down what a saved state consists of. To be called once runsc has written it. `held` is null where it is not known. */
export async function sealState(folder: string, stateKey: string, held: readonly string[] | null): Promise<void> {
  const { size } = await stat(join(folder, imageName))
  const seal = { bytes: size, stateKey, ...(held && { capabilities: held }) }
  await writeFile(join(folder, sealName), `${JSON.stringify(seal)}\n`, { mode: 0o600 })
}

/**
 * Rejects what is not whole, what this engine on this processor could not go on with, and what would go on with capabilities that
 * are not `granted`: nothing takes them from a program that holds them.
 */
export async function checkState(folder: string, stateKey: string, granted: readonly string[]): Promise<void> {
  const seal = await readSeal(join(folder, sealName))
  const size = await stat(join(folder, imageName)).then(
    (found) => found.size,
    () => null,
  )
  if (seal === null || size !== seal.bytes) {
    const detail = `${imageName} has ${size ?? 'no'} bytes, ${seal?.bytes ?? 'an unknown number'} were written`
    throw appError('state-damaged', { engine: 'gvisor' }, { detail })
  }
  if (seal.stateKey !== stateKey) {
    throw appError('state-of-other-engine', {}, { detail: `${seal.stateKey}, here ${stateKey}` })
  }
  if (seal.capabilities === undefined) throw appError('state-differs', { what: [sentence('memory-of-unknown-rights')] })
  const more = seal.capabilities.filter((name) => !granted.includes(name))
  if (more.length === 0) return
  throw appError('state-differs', { what: [sentence('memory-had-capabilities', { names: more.join(', ') })] })
}

async function readSeal(file: string): Promise<z.infer<typeof Seal> | null> {
  try {
    return Seal.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return null
  }
}
