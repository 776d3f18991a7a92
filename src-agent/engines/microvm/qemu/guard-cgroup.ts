import { once } from 'node:events'
import { dirname } from 'node:path'
import { start } from '../../../base/process/run.ts'
import { scriptCommand } from '../../../base/process/scripts.ts'
import type { MachineCgroup } from './machine-cgroup.ts'

export interface Guard {
  /** Resolves when the guard has gone, which it does at once where the cgroup has. */
  release(): Promise<void>
}

/** Has the cgroup emptied and removed when this process ends, however that comes about. To be called before it is filled. */
export function guardCgroup(cgroup: Pick<MachineCgroup, 'joinFiles'>): Guard {
  const folders = cgroup.joinFiles().map((file) => dirname(file))
  const [shell, script] = scriptCommand('guard-cgroup')
  const child = start(shell, [script, ...folders], { stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = once(child, 'exit').catch(() => undefined)
  return {
    async release() {
      child.stdin?.end('agent\n')
      await ended
    },
  }
}
