import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '#contract/agent'
import { findSystemProgram } from '#contract/client/system-program'
import { finding } from '#contract/finding'
import type { Said } from '#contract/reasons/define'
import { sentence } from '#contract/sentence'
import type { SelinuxTypes } from '../oci/selinux-labels.ts'
import { chooseRuntime, type RuntimeDeps } from './choose-runtime.ts'
import { probeRuntime } from './probe-runtime.ts'

/** Whether containers are confined by SELinux too. */
export interface SelinuxVerdict {
  readonly isEnforcing: boolean
  /** What processes and files of containers are labelled as; null where they get no label. */
  readonly types: SelinuxTypes | null
  /** A text is what a program said. */
  readonly failure: Said | string | null
}

interface Deps extends Pick<RuntimeDeps, 'run' | 'folder' | 'find'> {
  /** `/` otherwise. */
  readonly root?: string
  readonly attempt?: (deps: Deps, types: SelinuxTypes) => Promise<Said | string | null>
}

/**
 * Reads which labels the policy of this machine has for containers, where it enforces one, and runs a real container with them to its
 * end: one that does not come up that way would be worse than one without.
 */
export async function loadSelinux(deps: Deps): Promise<SelinuxVerdict> {
  const { root = '/', attempt = tryLabels } = deps
  if (readText(join(root, 'sys/fs/selinux/enforce'))?.trim() !== '1') {
    return { isEnforcing: false, types: null, failure: null }
  }
  const types = readTypes(root)
  if (types === null) return { isEnforcing: true, types, failure: sentence('selinux-without-policy') }
  const failure = await attempt(deps, types)
  return { isEnforcing: true, types: failure === null ? types : null, failure }
}

/**
 * The files in which the policy for containers says so, in the order of other engines
 * (https://github.com/opencontainers/selinux, `openContextFile`). A policy without levels cannot tell siblings apart.
 */
function readTypes(root: string): SelinuxTypes | null {
  if (readText(join(root, 'sys/fs/selinux/mls'))?.trim() !== '1') return null
  const policy = /^\s*SELINUXTYPE\s*=\s*(\w+)\s*$/m.exec(readText(join(root, 'etc/selinux/config')) ?? '')?.[1]
  const files = [
    'usr/share/containers/selinux/contexts',
    ...(policy === undefined ? [] : [`etc/selinux/${policy}/contexts/lxc_contexts`]),
  ]
  for (const file of files) {
    const text = readText(join(root, file))
    const [process, content] = [labelIn(text, 'process'), labelIn(text, 'file')]
    if (process !== null && content !== null) return { process, file: content }
  }
  return null
}

/** User, role and type of `NAME = "USER:ROLE:TYPE:LEVEL"`; the level is the sandbox's own. */
function labelIn(text: string | null, name: string): string | null {
  const found = new RegExp(`^\\s*${name}\\s*=\\s*"?([\\w.]+:[\\w.]+:[\\w.]+):s0[^"\\s]*"?\\s*$`, 'm').exec(text ?? '')
  return found?.[1] ?? null
}

async function tryLabels({ run, folder, find = findSystemProgram }: Deps, types: SelinuxTypes) {
  const busybox = find('busybox')
  const runtime = await chooseRuntime({ run, folder, find }).catch(() => null)
  if (runtime === null || busybox === null) return sentence('id-maps-untried')
  return probeRuntime({ run, folder: join(folder, 'probes'), busybox }, runtime, { selinux: types })
}

/** As the list of this machine's findings shows it: nothing where it enforces no policy. */
export function examineSelinux({ isEnforcing, types, failure }: SelinuxVerdict): Finding[] {
  if (!isEnforcing) return []
  const id = 'selinux'
  if (types === null) {
    return [finding({ id, level: 'warning', title: sentence('selinux-without-labels'), detail: failure })]
  }
  const [title, detail] = [sentence('selinux-confines', { label: types.process }), sentence('selinux-confines-detail')]
  return [finding({ id, level: 'ok', title, detail })]
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
