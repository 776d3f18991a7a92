import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '#contract/agent'
import type { Run } from '../../base/process/run.ts'

interface Deps {
  readonly run: Run
  readonly uid: number
  /** Where the kernel's files begin; `/` otherwise. */
  readonly root?: string
}

type Look = Required<Deps>

/** What sandboxes need of the kernel, and of who runs the agent. */
export function examineKernel({ root = '/', ...deps }: Deps): Promise<readonly Finding[]> {
  const look = { ...deps, root }
  return Promise.all([
    examineAccount(deps.uid),
    examineFileSystem(look, 'overlay', 'Sandboxes get their writable layer by it.'),
    examineFileSystem(look, 'erofs', 'Images are stored in it.'),
    examineSeccomp(look),
    examineUserNamespaces(look),
    examineCgroups(look),
    examineKvm(look),
  ])
}

async function examineAccount(uid: number): Promise<Finding> {
  if (uid === 0) return fine('account', 'The agent runs as root')
  const detail = 'Namespaces, limits and networks of sandboxes need it in this version.'
  const why = 'Starts the agent as root; its socket is yours.'
  const remedy = { kind: 'runCommand', command: 'sudo joey agent start', why } as const
  return { id: 'account', level: 'problem', title: 'The agent does not run as root', detail, remedy }
}

/** Known to the kernel already, or a module that a mount would load. */
async function examineFileSystem({ root, run }: Look, name: string, purpose: string): Promise<Finding> {
  const id = `kernel-${name}`
  const known = (await read(root, 'proc/filesystems'))
    .split('\n')
    .some((line) => line.trim().split(/\s+/).at(-1) === name)
  if (known) return fine(id, `The kernel has ${name}`)
  const loadable = await run('modprobe', ['--dry-run', '--quiet', name], { timeoutMs: 5_000 }).then(
    () => true,
    () => false,
  )
  if (loadable) return fine(id, `The kernel has ${name}, as a module`)
  return { id, level: 'problem', title: `The kernel lacks ${name}`, detail: purpose, remedy: null }
}

async function examineSeccomp({ root }: Look): Promise<Finding> {
  if (/^Seccomp:/m.test(await read(root, 'proc/self/status'))) return fine('kernel-seccomp', 'The kernel has seccomp')
  const detail = 'Without it every system call is open to sandboxes, and runtimes refuse to start them.'
  return { id: 'kernel-seccomp', level: 'problem', title: 'The kernel lacks seccomp', detail, remedy: null }
}

async function examineUserNamespaces({ root }: Look): Promise<Finding> {
  const id = 'kernel-user-namespaces'
  const max = Number((await read(root, 'proc/sys/user/max_user_namespaces')).trim() || 0)
  if (max > 0) return fine(id, 'The kernel has user namespaces')
  const detail = 'Image tools cannot be confined as tightly as they could.'
  return { id, level: 'warning', title: 'The kernel offers no user namespaces', detail, remedy: null }
}

const neededControllers = ['cpu', 'memory', 'pids']

async function examineCgroups({ root }: Look): Promise<Finding> {
  const { version, controllers } = await readControllers(root)
  const missing = neededControllers.filter((controller) => !controllers.includes(controller))
  const title = `cgroups ${version} with ${controllers.join(', ') || 'no controllers'}`
  if (missing.length === 0) return fine('cgroups', title)
  const detail = `Limits of ${missing.join(' and ')} do not hold: the kernel does not offer the controller here.`
  return { id: 'cgroups', level: 'problem', title, detail, remedy: null }
}

/** Only a pure v2 has its controllers at the root; on a hybrid host they are v1's, in a folder each. */
async function readControllers(root: string): Promise<{ version: 'v1' | 'v2'; controllers: string[] }> {
  const unified = await read(root, 'sys/fs/cgroup/cgroup.controllers')
  if (unified !== '' || existsSync(join(root, 'sys/fs/cgroup/cgroup.controllers'))) {
    return { version: 'v2', controllers: unified.trim().split(/\s+/).filter(Boolean) }
  }
  const known = (await read(root, 'proc/cgroups')).split('\n').map((line) => line.split('\t')[0] ?? '')
  const mounted = known.filter((name) => name !== '' && existsSync(join(root, 'sys/fs/cgroup', name)))
  return { version: 'v1', controllers: mounted.sort() }
}

/**
 * Only told, for the class of micro-VMs. The presence of /dev/kvm proves nothing: the module of nested clouds (PVM) runs
 * only kernels made for it, and an emulator that tries others stalls. So the processor's flags decide.
 */
async function examineKvm({ root }: Look): Promise<Finding> {
  if (!existsSync(join(root, 'dev/kvm'))) return fine('kvm', 'No KVM: virtual machines would be emulated')
  const hasFlags = /^flags\s*:.*\b(vmx|svm)\b/m.test(await read(root, 'proc/cpuinfo'))
  if (hasFlags && !existsSync(join(root, 'sys/module/kvm_pvm'))) return fine('kvm', 'The processor offers KVM')
  const detail = '/dev/kvm is there, but it does not run ordinary kernels (no vmx or svm flag, or the PVM module).'
  return { ...fine('kvm', 'KVM of a kind that is not usable: virtual machines would be emulated'), detail }
}

function fine(id: string, title: string): Finding {
  return { id, level: 'ok', title, detail: null, remedy: null }
}

function read(root: string, path: string): Promise<string> {
  return readFile(join(root, path), 'utf8').catch(() => '')
}
