import { readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { appError } from '#contract/app-error'
import type { Run } from '../base/process/run.ts'

const unifiedControllers = '/sys/fs/cgroup/unified/cgroup.controllers'

/**
 * The agent's mounts are its own: it must have been started in a mount namespace of its own (as `joey agent start`
 * does), so that nothing of it is seen on the host or stays there. On hosts with both kinds of cgroups, crun refuses to
 * work while it sees controllers of the second kind (measured with 1.8.1), so they are hidden from it here.
 */
export async function preparePrivateMounts(run: Run, outerNamespace: string | undefined): Promise<void> {
  // Whoever starts the agent names the namespace it must have left: that of process 1 cannot be read everywhere, even by root.
  if (outerNamespace === undefined || readlinkSync('/proc/self/ns/mnt') === outerNamespace) {
    const message = 'The agent must run in a mount namespace of its own. Start it with "joey agent start".'
    throw appError('unavailable', 'mount-namespace-shared', message)
  }
  const isHybrid = await stat(unifiedControllers).then(
    (file) => file.isFile(),
    () => false,
  )
  if (isHybrid) await run('mount', ['--bind', '/dev/null', unifiedControllers], { timeoutMs: 5_000 })
}
