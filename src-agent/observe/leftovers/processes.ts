import { readdir } from 'node:fs/promises'
import { killNow } from '../../base/kernel/cgroup-files.ts'
import { readKernelText } from '../../base/kernel/kernel-text.ts'
import { type IsKnown, type Stray } from './stray.ts'

interface Deps {
  /** Folders whose children are named after sandboxes: of state, and of runs. */
  readonly folders: readonly string[]
  /** The cgroup of all sandboxes. What is in it is found by it. */
  readonly cgroup: string
  readonly isKnown: IsKnown
}

/** As the kernel cuts their names: 15 bytes. A person's program that shows such a folder is none of ours. */
const engines = /^(conmon|crun|runc|runsc|runsc-gofer|runsc-sandbox|qemu-system-.*|virtiofsd|bwrap|joey-outside)$/
const shownBytes = 200

/**
 * Engines and monitors outside of every sandbox's cgroup that were begun for a sandbox that no record knows, as their command
 * line shows.
 */
export async function findProcesses(deps: Deps): Promise<Stray[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  return pids.flatMap((pid) => {
    if (!engines.test((readKernelText(`/proc/${pid}/comm`) ?? '').trim())) return []
    if ((readKernelText(`/proc/${pid}/cgroup`) ?? '').includes(`:${deps.cgroup}/`)) return []
    const words = (readKernelText(`/proc/${pid}/cmdline`) ?? '').split('\0')
    const ids = words.flatMap((word) => idIn(word, deps.folders))
    if (ids.length === 0 || ids.some(deps.isKnown)) return []
    const command = words.filter(Boolean).join(' ').slice(0, shownBytes)
    return [{ kind: 'process', what: `${pid} ${command}`, remove: async () => killNow(pid) }]
  })
}

function idIn(word: string, folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => {
    const at = word.indexOf(`${folder}/`)
    const id = at === -1 ? undefined : /^[a-f0-9]{12}(?=\/|$)/.exec(word.slice(at + folder.length + 1))?.[0]
    return id === undefined ? [] : [id]
  })
}
