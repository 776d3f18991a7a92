import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../base/process/run.ts'

/** In a tree: takes what a kernel keeps in memory for whoever asks, see its source. */
export const hoardingProgram = '/hoarding/hoarder'

const source = fileURLToPath(new URL('../../../tools/programs/c/hoarder.c', import.meta.url))

export async function addHoardingProgram(tree: string): Promise<void> {
  mkdirSync(join(tree, 'hoarding'), { recursive: true })
  const path = join(tree, hoardingProgram)
  await run('gcc', ['-static', '-O1', '-Wall', '-Werror', '-o', path, source], { timeoutMs: 60_000 })
}
