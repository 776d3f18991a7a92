import { existsSync } from 'node:fs'
import { appError } from '#contract/app-error'
import type { SandboxSpec } from '#contract/sandbox'

/** Those of System V's and POSIX's ways to talk, which each sandbox has of its own. */
const ofMessages = /^kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$|^fs\.mqueue\.[a-z_]+$/
/** Of one interface, which this machine need not have. */
const ofInterface = /^net\.ipv[46]\.(conf|neigh)\./

type Wish = Pick<SandboxSpec, 'sysctls' | 'class'> & { readonly hostNetwork: boolean }

/** Refuses settings of the kernel that are not the sandbox's own, before anything is made. */
export function requireOwnSettings({ sysctls, ...spec }: Wish, isThere: (path: string) => boolean = existsSync): void {
  for (const name of Object.keys(sysctls)) {
    const why = objectionTo(name, spec, isThere)
    if (why !== null) throw appError('sysctl-refused-inside', { name, why })
  }
}

function objectionTo(name: string, spec: Omit<Wish, 'sysctls'>, isThere: (path: string) => boolean) {
  const isOfNetwork = name.startsWith('net.')
  if (!isOfNetwork && !ofMessages.test(name)) return 'global'
  if (isOfNetwork && spec.hostNetwork) return 'hostNetwork'
  if (spec.class === 'gvisor') return 'gvisor'
  // A micro-VM has a kernel of its own, which says so itself.
  if (spec.class === 'microvm' || ofInterface.test(name)) return null
  return isThere(`/proc/sys/${name.replaceAll('.', '/')}`) ? null : 'unknown'
}
