import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { npmBinary, root } from './paths.ts'
import { runTool } from './problem.ts'
import { run } from './process/run.ts'
import { findProgram } from './set-up/probe.ts'
import { formatDuration, say } from './steps.ts'

/** One thing that is checked: a program whose exit code says whether all is well. */
interface Check {
  readonly title: string
  readonly program: string
  readonly args: readonly string[]
  /** A program of this machine, not of npm: where it is missing, only continuous integration fails for it. */
  readonly isSystems?: boolean
}

/** How many checks passed and failed. */
export interface CheckResult {
  readonly passed: number
  readonly failed: number
}

/** By the entries of the product alone; see knip.product.json. */
export const productFilesCheck = [
  '--production',
  ...['--config', 'knip.product.json', '--include', 'files'],
  ...['--no-progress', '--no-config-hints'],
]

const shellScripts =
  '{resources/scripts/*.sh,packaging/rpm/*.sh,packaging/linux/joeyd,packaging/deb/{postinst,prerm,postrm}}'
const deadlineMs = 5 * 60_000

/** Runs every check, as many at once as there are cores, and prints one line each; what failed is printed in full. */
export async function check(): Promise<CheckResult> {
  const waiting = [...listChecks()]
  const failures: string[] = []
  let passed = 0
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const output = await runCheck(next)
      if (output === undefined) passed += 1
      else failures.push(output)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  for (const output of failures) say(`\n${output}`)
  return { passed, failed: failures.length }
}

function listChecks(): readonly Check[] {
  const projects = globSync('tsconfig.*.json', { cwd: root })
    .filter((file) => file !== 'tsconfig.base.json')
    .sort()
  return [
    { title: 'Lint and fences', program: npmBinary('oxlint'), args: [] },
    { title: 'Size of functions', program: process.execPath, args: ['tools/lint/function-sizes.ts'] },
    { title: 'Unused code', program: npmBinary('knip'), args: ['--no-progress', '--no-config-hints'] },
    { title: 'Files that only tests reach', program: npmBinary('knip'), args: productFilesCheck },
    { title: 'Format', program: npmBinary('biome'), args: ['ci', '--colors=off', '.'] },
    {
      title: 'Shell scripts',
      program: 'shellcheck',
      args: ['--shell=sh', ...listFiles(shellScripts)],
      isSystems: true,
    },
    {
      title: 'Format of C',
      program: 'clang-format',
      args: ['--dry-run', '--Werror', ...listFiles('{resources/*/source,tools/programs/*}/*.[ch]')],
      isSystems: true,
    },
    ...projects.map((file) => ({
      title: `Types of ${file.replace(/^tsconfig\.|\.json$/g, '')}`,
      program: npmBinary('tsc'),
      args: ['--project', file, '--pretty', 'false'],
    })),
  ]
}

const listFiles = (pattern: string): readonly string[] => globSync(pattern, { cwd: root }).sort()

/** Resolves with the output of a check that failed, or with nothing. */
async function runCheck({ title, program, args, isSystems }: Check): Promise<string | undefined> {
  if (isSystems && !process.env['CI'] && findProgram(program) === undefined) {
    say(`${title} … not checked, ${program} is not installed`)
    return undefined
  }
  const started = performance.now()
  const finish = (verdict: string): void => say(`${title} … ${verdict} ${formatDuration(performance.now() - started)}`)
  try {
    const { code, stdout, stderr } = await run(program, args, { cwd: root, timeoutMs: deadlineMs })
    finish(code === 0 ? 'ok,' : 'FAILED after')
    return code === 0 ? undefined : `${title} failed:\n${stdout}${stderr}`
  } catch (error) {
    finish('FAILED after')
    return `${title} could not be run: ${String(error)}`
  }
}

if (import.meta.main) {
  await runTool(async () => {
    const { failed } = await check()
    return failed === 0 ? 0 : 1
  })
}
