import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const cgroupRoot = '/sys/fs/cgroup'

/**
 * Has the kernel refuse every device but these to a cgroup, as OCI runtimes do for containers:
 * https://docs.kernel.org/admin-guide/cgroup-v1/devices.html. Version 2 has no such file, it decides by a program that
 * the engines we start do not bring; there, and where the agent may not restrict it, nothing changes.
 *
 * @param allowed lines such as `c 1:3 rw`.
 */
export async function restrictDevices(
  cgroup: string,
  allowed: readonly string[],
  { root = cgroupRoot }: { readonly root?: string } = {},
): Promise<void> {
  const folder = join(root, 'devices', cgroup)
  const writeRule = (file: string, line: string) => writeFile(join(folder, file), line).catch(ignoreImpossible)
  // One after the other: the refusal of all takes away what was allowed before.
  await writeRule('devices.deny', 'a')
  for (const line of allowed) await writeRule('devices.allow', line)
}

/** A cgroup above may refuse a device already, so that it cannot be allowed here. */
function ignoreImpossible(error: NodeJS.ErrnoException): void {
  if (!['ENOENT', 'EPERM', 'EACCES'].includes(error.code ?? '')) throw error
}
