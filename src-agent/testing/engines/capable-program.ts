import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../base/process/run.ts'

/** In a tree: busybox with CAP_NET_RAW, as `ping` of many images has it. */
export const capableProgram = '/capable/busybox'
export const capableMask = '0000000000002000'

/** CAP_NET_RAW, effective and permitted: `struct vfs_cap_data` of linux/capability.h, revision 2. */
const attribute = '0x0100000200200000000000000000000000000000'

export async function addCapableProgram(tree: string): Promise<void> {
  const program = join(tree, capableProgram)
  mkdirSync(join(tree, 'capable'), { recursive: true })
  copyFileSync('/bin/busybox', program)
  await run('setfattr', ['-n', 'security.capability', '-v', attribute, program], { timeoutMs: 5_000 })
}
