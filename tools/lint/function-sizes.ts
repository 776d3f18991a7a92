import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { npmBinary, root } from '../paths.ts'
import { run } from '../process/run.ts'
import { say } from '../steps.ts'

/** Functions that were too large when the limits came, as `FILE: NAME`. Entries may only go. */
export const listFile = 'tools/lint/large-functions.json'

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

/** What is wrong: large functions that are not in the list, and entries of the list that are no longer true. */
export function compareWithList(found: readonly string[], listed: readonly string[]): readonly string[] {
  return [
    ...found
      .filter((entry) => !listed.includes(entry))
      .map((entry) => `${entry} has over 60 lines or more than 4 parameters: split it.`),
    ...listed
      .filter((entry) => !found.includes(entry))
      .map((entry) => `${entry} is within the limits now: take it out of ${listFile}.`),
  ]
}

if (import.meta.main) {
  const listed = z.array(z.string()).parse(JSON.parse(readFileSync(join(root, listFile), 'utf8')))
  const problems = compareWithList(await findLargeFunctions(root), listed)
  for (const problem of problems) say(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
