import { once } from 'node:events'
import { dirname } from 'node:path'
import { start } from '../../../base/process/run.ts'
import type { MachineCgroup } from './machine-cgroup.ts'

export interface Guard {
  /** Resolves when the guard has gone, which it does at once where the cgroup has. */
  release(): Promise<void>
}

/**
 * Waits for the other end of its input to close, which the kernel does for an agent that ends in any way at all. A
 * cgroup that is removed takes nobody in, so what had not joined it yet does not start either. bubblewrap's own
 * `--die-with-parent` has gaps: before it asks the kernel for that, and while its child sets up the confinement.
 */
const script = `
read -r left_by
round=0
while [ $round -lt 500 ]; do
  left=0
  for folder do
    [ -d "$folder" ] || continue
    kill -9 $(cat "$folder/cgroup.procs")
    rmdir "$folder" || left=1
  done
  if [ $left = 0 ]; then
    # What it stood in goes too where nobody else is, if its agent was killed and cannot do it. One that lives may be about
    # to put a sandbox there.
    [ "$left_by" = agent ] || for folder do rmdir "\${folder%/*}" && rmdir "\${folder%/*/*}"; done
    exit 0
  fi
  round=$((round+1))
  sleep 0.02
done`

/** Has the cgroup emptied and removed when this process ends, however that comes about. To be called before it is filled. */
export function guardCgroup(cgroup: Pick<MachineCgroup, 'joinFiles'>): Guard {
  const folders = cgroup.joinFiles().map((file) => dirname(file))
  const child = start('sh', ['-c', script, 'joey-guard', ...folders], { stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = once(child, 'exit').catch(() => undefined)
  return {
    async release() {
      child.stdin?.end('agent\n')
      await ended
    },
  }
}
