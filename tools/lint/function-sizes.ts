import { globSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { npmBinary, root } from '../paths.ts'
import { run } from '../process/run.ts'
import { say } from '../steps.ts'

const Report = z.object({ diagnostics: z.array(z.object({ filename: z.string(), message: z.string() })) })

const isProduct = (file: string): boolean =>
  !/\.(test|spec|bench)\.tsx?$/.test(file) && !file.includes('/testing/') && !file.startsWith('tools/bench/')

/** What has over 60 lines or more than 4 parameters in the checkout at `folder`, sorted, as `FILE: NAME`. */
export async function findLargeFunctions(folder: string): Promise<readonly string[]> {
  const config = join(root, 'tools/lint/function-sizes.oxlintrc.json')
  const sources = globSync(['src-*', 'tools', 'e2e'], { cwd: folder })
  const { stdout, stderr } = await run(npmBinary('oxlint'), ['-c', config, '--format', 'json', ...sources], {
    cwd: folder,
    timeoutMs: 60_000,
  })
  if (!stdout.startsWith('{')) throw new Error(`oxlint did not answer:\n${stdout}${stderr}`)
  const { diagnostics } = Report.parse(JSON.parse(stdout))
  const large = diagnostics
    .filter(({ filename }) => isProduct(filename))
    .map(
      ({ filename, message }) => `${filename}: ${/function [`']([^`']+)[`']/i.exec(message)?.[1] ?? 'without a name'}`,
    )
  return [...new Set(large)].sort()
}

if (import.meta.main) {
  const found = await findLargeFunctions(root)
  for (const each of found) say(`${each} has over 60 lines or more than 4 parameters: split it.`)
  process.exitCode = found.length === 0 ? 0 : 1
}
