import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxId } from '#contract/sandbox'
import { readProcesses } from '../../base/kernel/cgroup-files.ts'
import type { CgroupHierarchy } from '../../base/kernel/cgroup-hierarchy.ts'
import { readKernelText } from '../../base/kernel/kernel-text.ts'
import type { Phase } from './flavour.ts'

interface Place {
  /** Where the runtime keeps a folder for each of its containers. */
  readonly runtimeRoot: string
  readonly id: SandboxId
  readonly cgroup: string
  readonly hierarchy: CgroupHierarchy
}

/**
 * Where a container stands, read from the kernel in a tenth of a millisecond; the runtime's own answer takes a process of
 * five. Null where only the runtime can tell: what is made and not yet started has a pipe on which its first process waits
 * (both crun and runc tell it from others by that), and one without a first process may be ending.
 */
export async function readKernelPhase({ runtimeRoot, id, cgroup, hierarchy }: Place): Promise<Phase | null> {
  const folder = join(runtimeRoot, id)
  if (!existsSync(folder)) return 'absent'
  if (existsSync(join(folder, 'exec.fifo'))) return null
  const pids = await readProcesses(hierarchy.folderOf('pids', cgroup))
  if (!pids.some(isFirstProcess)) return null
  return phaseOfFreezer(hierarchy, cgroup)
}

function phaseOfFreezer(hierarchy: CgroupHierarchy, cgroup: string): Phase | null {
  const [file, frozen, thawed] =
    hierarchy.version === 'v2'
      ? (['cgroup.events', /^frozen 1$/m, /^frozen 0$/m] as const)
      : (['freezer.state', /^FROZEN$/m, /^THAWED$/m] as const)
  const text = hierarchy.read('freezer', cgroup, file) ?? ''
  return frozen.test(text) ? 'paused' : thawed.test(text) ? 'running' : null
}

/**
 * Whether a process is the first of a pid namespace that lies directly below the agent's own: a guest may make further
 * ones below its own, whose first processes have one number more (NSpid, proc_pid_status(5)). One that has ended and was
 * not yet waited for is none.
 */
function isFirstProcess(pid: number): boolean {
  const text = readKernelText(`/proc/${pid}/status`) ?? ''
  if (/^State:\s*[ZX]/m.test(text)) return false
  const numbers = numbersOf(text)
  return numbers.length === ownDepth + 1 && numbers.at(-1) === '1'
}

const numbersOf = (status: string): readonly string[] => /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? []

const ownDepth = numbersOf(readKernelText('/proc/self/status') ?? '').length
