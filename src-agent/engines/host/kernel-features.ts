import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import { commandRemedy } from '#contract/remedy'
import { type Sentence, sentence } from '#contract/sentence'
import type { Run } from '../../base/process/run.ts'

interface Deps {
  readonly run: Run
  readonly uid: number
  /** Where the kernel's files begin; `/` otherwise. */
  readonly root?: string
}

type Inspection = Required<Deps>

/** What sandboxes need of the kernel, and of who runs the agent. */
export function examineKernel({ root = '/', ...deps }: Deps): Promise<readonly Finding[]> {
  const inspection = { ...deps, root }
  return Promise.all([
    examineAccount(deps.uid),
    examineFileSystem(inspection, 'overlay'),
    examineFileSystem(inspection, 'erofs'),
    examineSeccomp(inspection),
    examineUserNamespaces(inspection),
    examineCgroups(inspection),
    examineKvm(inspection),
  ])
}

async function examineAccount(uid: number): Promise<Finding> {
  if (uid === 0) return fine('account', sentence('account-is-root'))
  return finding({
    id: 'account',
    level: 'problem',
    title: sentence('account-is-not-root'),
    detail: sentence('account-is-not-root-detail'),
    remedy: commandRemedy('sudo joey agent start', sentence('remedy-starts-as-root')),
  })
}

/** Known to the kernel already, or a module that a mount would load. */
async function examineFileSystem({ root, run }: Inspection, name: 'overlay' | 'erofs'): Promise<Finding> {
  const id = `kernel-${name}`
  const known = (await read(root, 'proc/filesystems'))
    .split('\n')
    .some((line) => line.trim().split(/\s+/).at(-1) === name)
  if (known) return fine(id, sentence('file-system-known', { name, how: 'built-in' }))
  const loadable = await run('modprobe', ['--dry-run', '--quiet', name], { timeoutMs: 5_000 }).then(
    () => true,
    () => false,
  )
  if (loadable) return fine(id, sentence('file-system-known', { name, how: 'module' }))
  const detail = sentence('file-system-lacking-detail', { name })
  return finding({ id, level: 'problem', title: sentence('file-system-lacking', { name }), detail })
}

async function examineSeccomp({ root }: Inspection): Promise<Finding> {
  const id = 'kernel-seccomp'
  if (/^Seccomp:/m.test(await read(root, 'proc/self/status'))) return fine(id, sentence('seccomp-known'))
  const detail = sentence('seccomp-lacking-detail')
  return finding({ id, level: 'problem', title: sentence('seccomp-lacking'), detail })
}

async function examineUserNamespaces({ root }: Inspection): Promise<Finding> {
  const id = 'kernel-user-namespaces'
  const max = Number((await read(root, 'proc/sys/user/max_user_namespaces')).trim() || 0)
  if (max > 0) return fine(id, sentence('user-namespaces-known'))
  const detail = sentence('user-namespaces-lacking-detail')
  return finding({ id, level: 'warning', title: sentence('user-namespaces-lacking'), detail })
}

const neededControllers = ['cpu', 'memory', 'pids']

async function examineCgroups({ root }: Inspection): Promise<Finding> {
  const { version, controllers } = await readControllers(root)
  const missing = neededControllers.filter((controller) => !controllers.includes(controller))
  const title = sentence('cgroups-found', { version, controllers: controllers.join(', ') })
  if (missing.length === 0) return fine('cgroups', title)
  const detail = sentence('cgroups-lacking-detail', { controllers: missing.join(', ') })
  return finding({ id: 'cgroups', level: 'problem', title, detail })
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
 * Only reported, for the class of micro-VMs. The presence of /dev/kvm proves nothing: the module of nested clouds (PVM) runs
 * only kernels made for it, and an emulator that tries others stalls. So the processor's flags decide.
 */
async function examineKvm({ root }: Inspection): Promise<Finding> {
  if (!existsSync(join(root, 'dev/kvm'))) return kvmFinding('none')
  const hasFlags = /^flags\s*:.*\b(vmx|svm)\b/m.test(await read(root, 'proc/cpuinfo'))
  if (hasFlags && !existsSync(join(root, 'sys/module/kvm_pvm'))) return kvmFinding('usable')
  return kvmFinding('special')
}

function kvmFinding(kind: 'none' | 'usable' | 'special'): Finding {
  const detail = kind === 'special' ? sentence('kvm-special-detail') : null
  return finding({ id: 'kvm', level: 'ok', title: sentence('kvm-found', { kind }), detail })
}

function fine(id: string, title: Sentence): Finding {
  return finding({ id, level: 'ok', title })
}

function read(root: string, path: string): Promise<string> {
  return readFile(join(root, path), 'utf8').catch(() => '')
}
