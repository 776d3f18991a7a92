import { readlinkSync } from 'node:fs'
import { mkdtemp, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { Run } from '../process/run.ts'

const unifiedControllers = '/sys/fs/cgroup/unified/cgroup.controllers'

/**
 * The agent's mounts are its own: it must have been started in a mount namespace of its own (as `joey agent start`
 * does), so that nothing of it is seen on the host or stays there. On hosts with both kinds of cgroups, crun refuses to
 * work while it sees controllers of the second kind (measured with 1.8.1), so they are hidden from it here.
 * Goes on without a null device of its own where none can be made, as in a container that may not, and hands on why.
 */
export async function preparePrivateMounts(
  run: Run,
  outerNamespace: string | undefined,
  onNoNull: (error: unknown) => void,
): Promise<void> {
  // Whoever starts the agent names the namespace it must have left: that of process 1 cannot be read everywhere, even by root.
  if (outerNamespace === undefined || readlinkSync('/proc/self/ns/mnt') === outerNamespace) {
    throw appError('mount-namespace-shared')
  }
  const isHybrid = await stat(unifiedControllers).then(
    (file) => file.isFile(),
    () => false,
  )
  if (isHybrid) await run('mount', ['--bind', '/dev/null', unifiedControllers], { timeoutMs: 5_000 })
  await makeOwnNull(run).catch(onNoNull)
}

/**
 * Engines give the standard streams of a sandbox to its user where they are `/dev/null`: crun to that of a command, runsc to nobody
 * (measured with 1.8.1 and 20221219; runc leaves it out). And who has the ids of this machine may change its mode by the stream that
 * it was given. So there is one of the agent's own in place of this machine's, and it is read-only: that lets it be written as any
 * device, but neither owner nor mode be changed, which all three engines take for an answer. It is made in a file system
 * that nothing else sees or keeps, in a folder that nobody else has.
 */
async function makeOwnNull(run: Run): Promise<void> {
  const mounting = (...args: string[]) => run('mount', args, { timeoutMs: 5_000 })
  const folder = await mkdtemp(join(tmpdir(), 'joey-null-'))
  try {
    await mounting('-t', 'tmpfs', '-o', 'nosuid,noexec,mode=755,size=4k', 'joey-null', folder)
    try {
      await run('mknod', ['-m', '666', join(folder, 'null'), 'c', '1', '3'], { timeoutMs: 5_000 })
      await mounting('-o', 'bind,ro', join(folder, 'null'), '/dev/null')
    } finally {
      await run('umount', [folder], { timeoutMs: 5_000 })
    }
  } finally {
    await rmdir(folder)
  }
}
