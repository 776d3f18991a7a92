import { expect, test } from 'vitest'
import { runFlags } from '../verbs/shared/run-flags.ts'
import { dockerRunOptions } from './docker-options.ts'
import { type Flag, parseFlags, withCommonFlags } from './flags.ts'

test.each([
  [['--cap-add', 'net_admin'], '--grant cap:NET_ADMIN'],
  [['--cap-add=CAP_SYS_PTRACE'], '--grant cap:SYS_PTRACE'],
  [['--cap-add'], '--grant cap:NAME'],
  [['--device', '/dev/kvm:/dev/kvm:rwm'], '--grant device:/dev/kvm.'],
  [['--privileged'], 'granted by name'],
  [['--net', 'web'], '--network web'],
  [['--net=host'], '--grant host-network'],
  [['--pid', 'host'], 'its own processes'],
  [['--ipc=host'], 'shares memory with nobody'],
  [['--gpus', 'all'], '--grant device:/dev/NAME'],
  [['--storage-opt', 'size=10G'], '--disk 10G.'],
  [['--runtime=runsc'], '--class container, gvisor or microvm'],
  [['--link', 'db:db'], '--network NAME'],
  [['--volumes-from', 'db'], 'joey inspect db'],
  [['--domainname', 'example.org'], '--hostname NAME.example.org'],
  [['--log-driver=none'], 'joey logs NAME'],
  [['--expose', '80'], '-p 80'],
  [['--dns-opt', 'ndots:2'], '--dns-option ndots:2'],
  [['--device-read-iops', '/dev/sda:10'], '--device-read-bps'],
])('%j of Docker is refused with what there is in its place', (args, words) => {
  expect(() => parseFlags(runFlags, args, { passThrough: true, docker: dockerRunOptions })).toThrow(words)
})

test('a verb that makes no sandbox does not know them', () => {
  const flags = { force: { type: 'boolean', help: '' } } as const
  expect(() => parseFlags(flags, ['--privileged'], { passThrough: false })).toThrow('There is no option --privileged')
})

test('what is explained is no option that there is', () => {
  const ours = Object.entries<Flag>(runFlags).flatMap(([name, { short }]) => [`--${name}`, `-${short}`])
  expect(Object.keys(dockerRunOptions).filter((option) => ours.includes(option))).toEqual([])
})

// `docker run --help` of version 28, but for addresses and aliases on networks.
const dockerRun = [
  ...[
    'add-host',
    'annotation',
    'attach',
    'blkio-weight',
    'blkio-weight-device',
    'cap-add',
    'cap-drop',
    'cgroup-parent',
  ],
  ...['cgroupns', 'cidfile', 'cpu-count', 'cpu-percent', 'cpu-period', 'cpu-quota', 'cpu-rt-period', 'cpu-rt-runtime'],
  ...['cpu-shares', 'cpus', 'cpuset-cpus', 'cpuset-mems', 'detach', 'detach-keys', 'device', 'device-cgroup-rule'],
  ...['device-read-bps', 'device-read-iops', 'device-write-bps', 'device-write-iops', 'disable-content-trust', 'dns'],
  ...['dns-option', 'dns-search', 'domainname', 'entrypoint', 'env', 'env-file', 'expose', 'gpus', 'group-add'],
  ...['health-cmd', 'health-interval', 'health-retries', 'health-start-interval', 'health-start-period'],
  ...['health-timeout', 'help', 'hostname', 'init', 'interactive', 'io-maxbandwidth', 'io-maxiops', 'ipc', 'isolation'],
  ...['label', 'label-file', 'link', 'link-local-ip', 'log-driver', 'log-opt', 'mac-address', 'memory'],
  ...['memory-reservation', 'memory-swap', 'memory-swappiness', 'mount', 'name', 'network', 'no-healthcheck'],
  ...['oom-kill-disable', 'oom-score-adj', 'pid', 'pids-limit', 'platform', 'privileged', 'publish', 'publish-all'],
  ...['pull', 'quiet', 'read-only', 'restart', 'rm', 'runtime', 'security-opt', 'shm-size', 'sig-proxy'],
  ...['stop-signal', 'stop-timeout', 'storage-opt', 'sysctl', 'tmpfs', 'tty', 'ulimit', 'use-api-socket', 'user'],
  ...['userns', 'uts', 'volume', 'volume-driver', 'volumes-from', 'workdir'],
]

test.each(dockerRun)('--%s of docker run is an option, or is explained', (name) => {
  const known = Object.hasOwn(withCommonFlags(runFlags), name)
  expect(known || Object.hasOwn(dockerRunOptions, `--${name}`)).toBe(true)
})

test('behind the image they belong to the command', () => {
  expect(parseFlags(runFlags, ['busybox', '--net', 'host'], { passThrough: true }).operands).toEqual([
    ...['busybox', '--net', 'host'],
  ])
})
