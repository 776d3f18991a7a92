import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { cacheDir } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'
import { say, step } from '../steps.ts'
import { findOffered, openAttempts } from './optional.ts'
import { describeProbe, findMissing, findProgram } from './probe.ts'
import { type Purpose, type Requirement, requirements } from './requirements.ts'

const installTimeoutMs = 15 * 60_000

/** Makes sure that the machine has what these purposes need: installs it as root, asks first as anybody else. */
export async function ensurePackages(purposes: readonly Purpose[]): Promise<void> {
  const wanted = requirements.filter(({ purpose }) => purposes.includes(purpose))
  const missing = await findMissing(wanted)
  const attempts = openAttempts(join(cacheDir(), 'optional-packages.json'))
  const needed = missing.filter(({ optional }) => optional !== true)
  const useful = isRoot() ? missing.filter((each) => each.optional && !attempts.isRecent(each.debianPackage)) : []
  if (needed.length + useful.length === 0) return
  if (!isDebianFamily(readOsRelease()) || !findProgram('apt-get')) {
    if (needed.length === 0) return
    throw unknownDistribution(needed)
  }
  attempts.remember(packageNames(useful))
  // Nobody is asked for rights, and nothing fails, for the sake of what could be done without.
  if (needed.length === 0) return installWithApt([], useful, []).catch(warnWithout(useful))
  await installWithApt(needed, useful, await chooseRights(needed))
  const stillMissing = await findMissing(needed)
  if (stillMissing.length > 0) {
    throw new Problem(
      `The packages were installed, but ${listNames(stillMissing)} still cannot be found. Look at PATH and at the output of apt-get.`,
    )
  }
}

/** Whether /etc/os-release describes Debian or a system made from it, such as Ubuntu. */
export function isDebianFamily(osRelease: string): boolean {
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].flatMap(([, value = '']) =>
    value.replaceAll(/["']/g, '').split(/\s+/),
  )
  return ids.includes('debian') || ids.includes('ubuntu')
}

/**
 * Debian 13 and Ubuntu 24.04 renamed some libraries (libasound2 became libasound2t64) when their time type grew. Picks
 * the new name where apt knows it; `policy` is the output of `apt-cache policy`.
 */
export function chooseName(debianPackage: string, policy: string): string {
  const renamed = `${debianPackage}t64`
  // One block per package that apt knows: its name at the start of a line, then indented fields.
  const block = policy.split(/^(?=\S)/m).find((text) => text.startsWith(`${renamed}:\n`))
  const candidate = /^ +Candidate: (.*)$/m.exec(block ?? '')?.[1]
  return candidate !== undefined && candidate !== '(none)' ? renamed : debianPackage
}

const warnWithout = (useful: readonly Requirement[]) => (error: unknown) => {
  if (!(error instanceof Problem)) throw error
  say(`${listNames(useful)} could not be installed now. Joey goes on without, and "joey doctor" shows what that means.`)
}

const isRoot = (): boolean => process.getuid?.() === 0

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

const packageNames = (missing: readonly Requirement[]): readonly string[] => [
  ...new Set(missing.map(({ debianPackage }) => debianPackage)),
]
const listNames = (missing: readonly Requirement[]): string =>
  missing.map(({ probe }) => describeProbe(probe)).join(', ')

function unknownDistribution(missing: readonly Requirement[]): Problem {
  return new Problem(
    `This machine lacks ${listNames(missing)}. Install them with its package manager and run this again. ` +
      `On Debian the packages are called: ${packageNames(missing).join(' ')}.`,
  )
}

/** The words to put before apt-get: none as root, `sudo` once the person has agreed. */
async function chooseRights(missing: readonly Requirement[]): Promise<readonly string[]> {
  if (isRoot()) return []
  const command = `sudo apt-get install --no-install-recommends ${packageNames(missing).join(' ')}`
  if (!process.stdin.isTTY || !findProgram('sudo')) {
    throw new Problem(`This machine lacks ${listNames(missing)}. Run this command, then try again:\n\n  ${command}\n`)
  }
  say(`This machine lacks ${listNames(missing)}. This command installs what is missing:\n\n  ${command}\n`)
  const dialog = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await dialog.question('Run it now? [y/N] ')
  dialog.close()
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new Problem('Nothing was installed. Run the command above, then try again.')
  return ['sudo']
}

async function installWithApt(
  needed: readonly Requirement[],
  useful: readonly Requirement[],
  prefix: readonly string[],
): Promise<void> {
  await step('Updating the list of system packages', () => apt(prefix, ['update', '-q']))
  const [plain, extra] = [packageNames(needed), packageNames(useful)]
  const policy = await run('apt-cache', ['policy', ...plain.map((name) => `${name}t64`), ...extra])
  const names = [...plain.map((name) => chooseName(name, policy.stdout)), ...findOffered(extra, policy.stdout)]
  if (names.length === 0) return
  await step(`Installing system packages (${names.join(' ')})`, () =>
    apt(prefix, ['install', '-q', '-y', '--no-install-recommends', ...names]),
  )
}

/** sudo forgets the environment, so the variables that keep apt from asking questions travel as arguments of `env`. */
async function apt(prefix: readonly string[], args: readonly string[]): Promise<void> {
  const command = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'LC_ALL=C',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=120',
    ...args,
  ]
  const [program = 'env', ...rest] = command
  // sudo asks for its password on the terminal itself, so it must stay in this terminal's process group.
  const options = prefix.length > 0 ? {} : { timeoutMs: installTimeoutMs }
  const { code, stdout, stderr } = await run(program, rest, options)
  if (code === 0) return
  throw new Problem(
    `apt-get ${args[0]} failed. Check the network and the package sources, then run this again.`,
    `${stdout.slice(-2000)}${stderr}`,
  )
}
