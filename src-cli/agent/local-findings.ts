import { existsSync } from 'node:fs'
import type { Finding } from '#contract/agent'
import type { AppError } from '#contract/app-error'
import type { Context } from '../context.ts'
import { hasProgram } from './programs.ts'

/** What can be told about this host without the agent. */
export function localFindings({ uid, env, place }: Context, failure: AppError): readonly Finding[] {
  const { wire } = failure
  const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') || existsSync('/sys/fs/cgroup/memory')
  const runtimes = ['crun', 'runc'].filter((name) => hasProgram(name, env))
  const missing = ['conmon', 'mkfs.erofs', 'skopeo', 'umoci', 'nft', 'ip'].filter((name) => !hasProgram(name, env))
  return [
    {
      id: 'agent',
      level: 'problem',
      title: wire.message,
      detail: `Its socket would be ${place.socketPath}.`,
      remedy: wire.remedy ?? null,
    },
    uid === 0
      ? ok('account', 'This account is root, so it can start the agent.')
      : warning(
          'account',
          'This account is not root, and the agent needs it.',
          'Start it with: sudo ./joey agent start',
        ),
    cgroups
      ? ok('cgroups', 'Control groups are mounted.')
      : warning('cgroups', 'Control groups are not mounted, so limits cannot hold.', null),
    runtimes.length > 0
      ? ok('runtime', `Container runtimes found: ${runtimes.join(', ')}.`)
      : warning('runtime', 'No container runtime was found.', 'Install crun or runc.'),
    missing.length === 0
      ? ok('programs', 'The programs that the agent calls are there.')
      : warning(
          'programs',
          `These programs were not found: ${missing.join(', ')}.`,
          'Install the packages that carry them; npm start does it on Debian.',
        ),
  ]
}

function ok(id: string, title: string): Finding {
  return { id, level: 'ok', title, detail: null, remedy: null }
}

function warning(id: string, title: string, detail: string | null): Finding {
  return { id, level: 'warning', title, detail, remedy: null }
}
