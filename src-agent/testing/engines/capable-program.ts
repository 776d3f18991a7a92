import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../base/process/run.ts'

/** In a tree: busybox with CAP_NET_BIND_SERVICE, as servers of many images have it. */
export const capableProgram = '/capable/busybox'
export const capableMask = '0000000000000400'

/** CAP_NET_BIND_SERVICE, effective and permitted: `struct vfs_cap_data` of linux/capability.h, revision 2. */
const attribute = '0x0100000200040000000000000000000000000000'

export async function addCapableProgram(tree: string): Promise<void> {
  const program = join(tree, capableProgram)
  mkdirSync(join(tree, 'capable'), { recursive: true })
  copyFileSync('/bin/busybox', program)
  await run('setfattr', ['-n', 'security.capability', '-v', attribute, program], { timeoutMs: 5_000 })
}
