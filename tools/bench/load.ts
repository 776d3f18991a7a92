import { globSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Bench } from './row.ts'

/** The benchmarks of these names, or all; an unknown name is a Problem. */
export async function loadBenches(names: readonly string[]): Promise<readonly Bench[]> {
  const files = globSync('tools/bench/*.bench.ts', { cwd: root }).sort()
  const benches = await Promise.all(files.map(async (file) => (await import(join(root, file))) as Bench))
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name))
  if (unknown === undefined) return benches.filter(({ name }) => names.length === 0 || names.includes(name))
  throw new Problem(`There is no benchmark "${unknown}". Choose from: ${benches.map(({ name }) => name).join(', ')}.`)
}
