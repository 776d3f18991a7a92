import { type Sentence, sentence } from '#contract/sentence'
import { noFilter, ownKernel, type ProbeRule, systemAdministrator } from './rule.ts'

function kernel(id: string, title: Sentence, harm: Sentence, openedBy: readonly string[]): ProbeRule {
  return { id, group: 'kernel', title, harm, openedBy, tolerated: ownKernel }
}

export const kernelRules: readonly ProbeRule[] = [
  kernel('kernel.memory-image', sentence('probe-kernel-memory-image'), sentence('harm-kernel-memory-image'), []),
  kernel('kernel.masked-files', sentence('probe-kernel-masked-files'), sentence('harm-kernel-masked-files'), []),
  kernel('kernel.firmware', sentence('probe-kernel-firmware'), sentence('harm-kernel-firmware'), []),
  kernel('kernel.debug-files', sentence('probe-kernel-debug-files'), sentence('harm-kernel-debug-files'), []),
  kernel('kernel.debug-mount', sentence('probe-kernel-debug-mount'), sentence('harm-kernel-debug-mount'), [
    systemAdministrator,
  ]),
  kernel('kernel.sysrq', sentence('probe-kernel-sysrq'), sentence('harm-kernel-sysrq'), []),
  kernel('kernel.core-pattern', sentence('probe-kernel-core-pattern'), sentence('harm-kernel-core-pattern'), []),
  kernel('kernel.sysctl', sentence('probe-kernel-sysctl'), sentence('harm-kernel-sysctl'), []),
  kernel('kernel.binary-formats', sentence('probe-kernel-binary-formats'), sentence('harm-kernel-binary-formats'), []),
  kernel('kernel.cgroup-mount', sentence('probe-kernel-cgroup-mount'), sentence('harm-kernel-cgroup-mount'), [
    systemAdministrator,
    noFilter,
  ]),
  kernel('kernel.release-agent', sentence('probe-kernel-release-agent'), sentence('harm-kernel-release-agent'), []),
  kernel('kernel.module-load', sentence('probe-kernel-module-load'), sentence('harm-kernel-module-load'), [
    'cap:SYS_MODULE',
  ]),
  kernel('kernel.module-remove', sentence('probe-kernel-module-remove'), sentence('harm-kernel-module-remove'), [
    'cap:SYS_MODULE',
  ]),
  kernel('kernel.bpf', sentence('probe-kernel-bpf'), sentence('harm-kernel-bpf'), [
    systemAdministrator,
    'cap:BPF',
    noFilter,
  ]),
  kernel('kernel.perf-events', sentence('probe-kernel-perf-events'), sentence('harm-kernel-perf-events'), [
    systemAdministrator,
    'cap:PERFMON',
    noFilter,
  ]),
  kernel('kernel.keyring', sentence('probe-kernel-keyring'), sentence('harm-kernel-keyring'), [noFilter]),
  kernel('kernel.userfaultfd', sentence('probe-kernel-userfaultfd'), sentence('harm-kernel-userfaultfd'), [noFilter]),
  kernel('kernel.io-uring', sentence('probe-kernel-io-uring'), sentence('harm-kernel-io-uring'), [noFilter]),
  kernel('kernel.kexec', sentence('probe-kernel-kexec'), sentence('harm-kernel-kexec'), ['cap:SYS_BOOT', noFilter]),
  kernel('kernel.log', sentence('probe-kernel-log'), sentence('harm-kernel-log'), [
    systemAdministrator,
    'cap:SYSLOG',
    noFilter,
  ]),
  kernel('kernel.accounting', sentence('probe-kernel-accounting'), sentence('harm-kernel-accounting'), [
    'cap:SYS_PACCT',
  ]),
  kernel('kernel.swap', sentence('probe-kernel-swap'), sentence('harm-kernel-swap'), [systemAdministrator, noFilter]),
  kernel('kernel.quota', sentence('probe-kernel-quota'), sentence('harm-kernel-quota'), [
    systemAdministrator,
    noFilter,
  ]),
  kernel('kernel.clock', sentence('probe-kernel-clock'), sentence('harm-kernel-clock'), ['cap:SYS_TIME']),
  kernel('kernel.reboot', sentence('probe-kernel-reboot'), sentence('harm-kernel-reboot'), ['cap:SYS_BOOT']),
  kernel('kernel.io-ports', sentence('probe-kernel-io-ports'), sentence('harm-kernel-io-ports'), ['cap:SYS_RAWIO']),
]

const noOthers = {
  gvisor: sentence('excused-processes-of-gvisor'),
  microvm: sentence('excused-processes-of-microvm'),
} as const

export const processRules: readonly ProbeRule[] = [
  {
    id: 'processes.others-seen',
    title: sentence('probe-processes-others-seen'),
    harm: sentence('harm-processes-others-seen'),
    openedBy: [],
  },
  {
    id: 'processes.others-traced',
    title: sentence('probe-processes-others-traced'),
    harm: sentence('harm-processes-others-traced'),
    openedBy: ['cap:SYS_PTRACE'],
  },
  {
    id: 'processes.others-memory',
    title: sentence('probe-processes-others-memory'),
    harm: sentence('harm-processes-others-memory'),
    openedBy: ['cap:SYS_PTRACE'],
  },
  {
    id: 'processes.others-signalled',
    title: sentence('probe-processes-others-signalled'),
    harm: sentence('harm-processes-others-signalled'),
    openedBy: ['cap:KILL'],
  },
  {
    id: 'processes.memory-call',
    title: sentence('probe-processes-memory-call'),
    harm: sentence('harm-processes-memory-call'),
    openedBy: [noFilter, 'cap:SYS_PTRACE'],
  },
  {
    id: 'processes.join-namespace',
    title: sentence('probe-processes-join-namespace'),
    harm: sentence('harm-processes-join-namespace'),
    openedBy: [systemAdministrator],
  },
].map((rule) => ({
  ...rule,
  group: 'processes' as const,
  tolerated: rule.id.startsWith('processes.others') ? noOthers : ownKernel,
}))
