import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'

/** The only file that runsc writes, and what shows whether it is whole: runsc itself would notice late, or never. */
const imageName = 'checkpoint.img'
const sealName = 'state.json'

const Seal = z.object({ bytes: z.int().positive(), stateKey: z.string() })

/** Writes down what a saved state consists of. To be called once runsc has written it. */
export async function sealState(folder: string, stateKey: string): Promise<void> {
  const { size } = await stat(join(folder, imageName))
  await writeFile(join(folder, sealName), `${JSON.stringify({ bytes: size, stateKey })}\n`, { mode: 0o600 })
}

/** Rejects what is not whole, and what this engine on this processor could not go on with. */
export async function checkState(folder: string, stateKey: string): Promise<void> {
  const seal = await readSeal(join(folder, sealName))
  const size = await stat(join(folder, imageName)).then(
    (found) => found.size,
    () => null,
  )
  if (seal === null || size !== seal.bytes) {
    const detail = `${imageName} has ${size ?? 'no'} bytes, ${seal?.bytes ?? 'an unknown number'} were written`
    throw appError('state-damaged', { engine: 'gvisor' }, { detail })
  }
  if (seal.stateKey === stateKey) return
  throw appError('state-of-other-engine', {}, { detail: `${seal.stateKey}, here ${stateKey}` })
}

/** What a person reads of a state that cannot be used. */

async function readSeal(file: string): Promise<z.infer<typeof Seal> | null> {
  try {
    return Seal.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return null
  }
}
