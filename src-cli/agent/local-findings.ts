import { existsSync } from 'node:fs'
import type { Finding } from '#contract/agent'
import type { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { finding } from '#contract/finding'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
import { containerRuntimes } from '#contract/words'
import type { Context } from '../context.ts'

/** What can be checked on this host without the agent. */
export function localFindings({ uid, place }: Pick<Context, 'uid' | 'place'>, { wire }: AppError): readonly Finding[] {
  const detail = sentence('socket-would-be', { path: place.socketPath })
  return [
    finding({ id: 'agent', level: 'problem', title: wire, detail, remedy: wire.remedy }),
    accountFinding(uid),
    cgroupsFinding(),
    runtimeFinding(containerRuntimes.filter(hasProgram)),
    programsFinding(['conmon', 'mkfs.erofs', 'skopeo', 'umoci', 'nft', 'ip'].filter((name) => !hasProgram(name))),
  ]
}

function accountFinding(uid: number): Finding {
  const id = 'account'
  if (uid === 0) return finding({ id, level: 'ok', title: sentence('own-account', { root: 'yes' }) })
  const remedy = commandRemedy('sudo ./joey agent start', sentence('remedy-starts-as-root'))
  return finding({ id, level: 'warning', title: sentence('own-account', { root: 'no' }), remedy })
}

function cgroupsFinding(): Finding {
  const mounted = existsSync('/sys/fs/cgroup/cgroup.controllers') || existsSync('/sys/fs/cgroup/memory')
  const title = sentence('cgroups-mounted', { mounted: mounted ? 'yes' : 'no' })
  return finding({ id: 'cgroups', level: mounted ? 'ok' : 'warning', title })
}

function runtimeFinding(runtimes: readonly string[]): Finding {
  const id = 'runtime'
  const title = sentence('runtimes-seen', { runtimes: runtimes.join(', ') })
  if (runtimes.length > 0) return finding({ id, level: 'ok', title })
  return finding({ id, level: 'warning', title, detail: sentence('runtimes-seen-detail') })
}

function programsFinding(missing: readonly string[]): Finding {
  const id = 'programs'
  const title = sentence('programs-seen', { missing: missing.join(', ') })
  if (missing.length === 0) return finding({ id, level: 'ok', title })
  return finding({ id, level: 'warning', title, detail: sentence('programs-seen-detail') })
}

const hasProgram = (name: string) => findSystemProgram(name) !== null
