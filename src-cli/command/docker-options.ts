import type { AppError } from '#contract/app-error'
import type { SentenceValues } from '#contract/sentence'
import { usageError } from './usage-error.ts'

type Kind = SentenceValues<'usage-option-of-docker'>[0]['kind']

/** Options by their names with dashes, and what is said of each. */
export type DockerOptions = Readonly<Record<string, Kind>>

/** Of docker run and docker create. */
export const dockerRunOptions: DockerOptions = {
  '--cap-add': 'cap',
  '--device': 'device',
  '--device-cgroup-rule': 'device',
  '--gpus': 'device',
  '--privileged': 'privileged',
  '--net': 'network',
  '--pid': 'processes',
  '--ipc': 'memory',
  '--userns': 'users',
  '--uts': 'hostname',
  '--domainname': 'domain',
  '--runtime': 'class',
  '--isolation': 'class',
  '--storage-opt': 'disk',
  '--log-driver': 'log',
  '--log-opt': 'log',
  '--link': 'link',
  '--link-local-ip': 'address',
  '--mac-address': 'address',
  '--volumes-from': 'volumes',
  '--volume-driver': 'driver',
  '--expose': 'expose',
  '--cgroup-parent': 'groups',
  '--cgroupns': 'groups',
  '--oom-kill-disable': 'oom',
  '--dns-opt': 'dnsOption',
  '--disable-content-trust': 'trust',
  '--use-api-socket': 'socket',
  '--blkio-weight-device': 'rates',
  '--device-read-iops': 'rates',
  '--device-write-iops': 'rates',
  '--memory-swappiness': 'limit',
  '--kernel-memory': 'limit',
  '--cpuset-mems': 'limit',
  '--cpu-rt-period': 'limit',
  '--cpu-rt-runtime': 'limit',
  '--cpu-count': 'windows',
  '--cpu-percent': 'windows',
  '--io-maxbandwidth': 'windows',
  '--io-maxiops': 'windows',
}

/** What to write in place of an option of Docker's command; undefined for any other. */
export function explainDockerOption(options: DockerOptions, option: string, value: string): AppError | undefined {
  const kind = Object.hasOwn(options, option) ? options[option] : undefined
  if (kind === undefined) return undefined
  if (kind === 'network' && value === 'host')
    return usageError('usage-network-word', { where: option, text: value, kind: 'host' })
  return usageError('usage-option-of-docker', { option, value: spell(kind, value), kind })
}

/** As the option that there is takes it. */
function spell(kind: Kind, value: string): string {
  if (value.startsWith('-')) return ''
  if (kind === 'cap') return value.toUpperCase().replace(/^CAP_/, '')
  if (kind === 'device') return value.startsWith('/dev/') ? (value.split(':')[0] ?? '') : ''
  if (kind === 'disk') return value.replace(/^size=/, '')
  return value
}
