import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cgroupRoot, openCgroups } from '../base/kernel/cgroup-hierarchy.ts'
import { type Run, run as runProgram } from '../base/process/run.ts'
import { outsideProgram } from './bind-mounts.ts'

interface Places {
  readonly run?: Run
  /** Where the hierarchies are mounted; the usual place otherwise. */
  readonly root?: string
}

/**
 * Has the kernel refuse every device but these to a cgroup, as OCI runtimes do for containers. Version 1 has a list
 * (https://docs.kernel.org/admin-guide/cgroup-v1/devices.html), in version 2 a program decides, which joey-outside makes. Where
 * the agent may not restrict it, or there is no such program, nothing changes.
 *
 * @param allowed lines such as `c 1:3 rw`.
 */
export async function restrictDevices(
  cgroup: string,
  allowed: readonly string[],
  { run = runProgram, root = cgroupRoot }: Places = {},
): Promise<void> {
  if (openCgroups(root).version === 'v1') return writeList(join(root, 'devices', cgroup), allowed)
  const outside = outsideProgram()
  if (outside === null) return
  await run(outside, ['devices', join(root, cgroup), ...allowed], { timeoutMs: 5_000, okExitCodes: [0, notPossible] })
}

/** How joey-outside ends where the kernel has no such programs, or takes none from the agent. */
const notPossible = 95

async function writeList(folder: string, allowed: readonly string[]): Promise<void> {
  const writeRule = (file: string, line: string) => writeFile(join(folder, file), line).catch(ignoreImpossible)
  // One after the other: the refusal of all takes away what was allowed before.
  await writeRule('devices.deny', 'a')
  for (const line of allowed) await writeRule('devices.allow', line)
}

/** A cgroup above may refuse a device already, so that it cannot be allowed here. */
function ignoreImpossible(error: NodeJS.ErrnoException): void {
  if (!['ENOENT', 'EPERM', 'EACCES'].includes(error.code ?? '')) throw error
}

/**
 * Which of these devices (`c 10:232`) a cgroup of version 2 may use, each with the ways, as the list of version 1 has them; null where
 * that cannot be found out.
 */
export async function listDevices(
  cgroup: string,
  devices: readonly string[],
  { run = runProgram, root = cgroupRoot }: Places = {},
): Promise<string | null> {
  const outside = outsideProgram()
  if (outside === null) return null
  const options = { timeoutMs: 5_000, okExitCodes: [0, notPossible] }
  const { code, stdout } = await run(outside, ['device-list', join(root, cgroup), ...devices], options)
  return code === 0 ? stdout : null
}
