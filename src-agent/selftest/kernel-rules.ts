import { noFilter, ownKernel, type ProbeRule, systemAdministrator } from '../observe/selftest/rule.ts'

function kernel(
  id: string,
  title: string,
  harm: string,
  openedBy: readonly string[],
  more: Partial<ProbeRule> = {},
): ProbeRule {
  return { id, group: 'kernel', title, harm, openedBy, tolerated: ownKernel, ...more }
}

export const kernelRules: readonly ProbeRule[] = [
  kernel(
    'kernel.memory-image',
    'Read the memory of the kernel (/proc/kcore)',
    'The memory of this machine can be read.',
    [],
  ),
  kernel(
    'kernel.masked-files',
    'Read files of /proc that tell of this machine',
    'Secrets and activity of this machine can be read.',
    [],
  ),
  kernel('kernel.firmware', 'Look into the firmware', 'The firmware of this machine can be looked into.', []),
  kernel(
    'kernel.debug-files',
    'Look into the debugging files of the kernel',
    'The kernel can be watched from inside.',
    [],
  ),
  kernel('kernel.debug-mount', 'Mount the debugging files of the kernel', 'The kernel can be watched and changed.', [
    systemAdministrator,
  ]),
  kernel('kernel.sysrq', 'Press the magic keys (/proc/sysrq-trigger)', 'It can restart or halt this machine.', []),
  kernel(
    'kernel.core-pattern',
    'Name a program that this machine runs at a crash (core_pattern)',
    'It can run programs on this machine as root.',
    [],
  ),
  kernel('kernel.sysctl', 'Change settings of the kernel (/proc/sys)', 'Settings of this machine can be changed.', []),
  kernel(
    'kernel.binary-formats',
    'Register a kind of program (binfmt_misc)',
    'It can run programs on this machine as root.',
    [],
  ),
  kernel(
    'kernel.cgroup-mount',
    'Mount a tree of control groups (CVE-2022-0492)',
    'It can run programs on this machine as root.',
    [systemAdministrator, noFilter],
  ),
  kernel(
    'kernel.release-agent',
    'Name a program that this machine runs at the end of a control group',
    'It can run programs on this machine as root.',
    [],
  ),
  kernel('kernel.module-load', 'Load a kernel module', 'It can run code in the kernel of this machine.', [
    'cap:SYS_MODULE',
  ]),
  kernel('kernel.module-remove', 'Remove a kernel module', 'It can take parts out of the kernel of this machine.', [
    'cap:SYS_MODULE',
  ]),
  kernel(
    'kernel.bpf',
    'Load programs into the kernel (bpf)',
    'A part of the kernel with a record of holes is within reach.',
    [systemAdministrator, 'cap:BPF', noFilter],
  ),
  kernel(
    'kernel.perf-events',
    'Watch the processor (perf_event_open)',
    'Other sandboxes and this machine can be watched.',
    [systemAdministrator, 'cap:PERFMON', noFilter],
  ),
  kernel(
    'kernel.keyring',
    'Use the keys of the kernel',
    'Keys are not divided by namespaces: those of this machine are within reach.',
    [noFilter],
  ),
  kernel(
    'kernel.userfaultfd',
    'Halt the kernel in the middle of a copy (userfaultfd)',
    'Holes in the kernel become easier to use.',
    [noFilter],
  ),
  kernel('kernel.io-uring', 'Use io_uring', 'A part of the kernel with a record of holes is within reach.', [noFilter]),
  kernel('kernel.kexec', 'Replace the kernel (kexec)', 'The kernel of this machine can be replaced.', [
    'cap:SYS_BOOT',
    noFilter,
  ]),
  kernel('kernel.log', "Read the kernel's log", "The log of this machine's kernel can be read.", [
    systemAdministrator,
    'cap:SYSLOG',
    noFilter,
  ]),
  kernel('kernel.accounting', 'Switch on accounting of processes', 'It can have this machine write to files.', [
    'cap:SYS_PACCT',
  ]),
  kernel('kernel.swap', 'Switch on swap', 'It can change the memory of this machine.', [systemAdministrator, noFilter]),
  kernel('kernel.quota', 'Change disk quotas', 'It can reach the disks of this machine.', [
    systemAdministrator,
    noFilter,
  ]),
  kernel('kernel.clock', 'Set the clock', 'The clock of this machine can be set.', ['cap:SYS_TIME']),
  kernel('kernel.reboot', 'Restart the machine', 'It can restart this machine.', ['cap:SYS_BOOT']),
  kernel('kernel.io-ports', 'Speak to hardware by its ports', 'It can act on the hardware of this machine.', [
    'cap:SYS_RAWIO',
  ]),
]

const noOthers = {
  gvisor: 'The processes of this machine are not the processes of gVisor.',
  microvm: 'The processes of this machine are not the processes of this virtual machine.',
} as const

export const processRules: readonly ProbeRule[] = [
  {
    id: 'processes.others-seen',
    title: 'See the processes of this machine',
    harm: 'The processes of this machine are seen.',
    openedBy: [],
  },
  {
    id: 'processes.others-traced',
    title: 'Attach to a process outside',
    harm: 'Processes outside of it can be taken over.',
    openedBy: ['cap:SYS_PTRACE'],
  },
  {
    id: 'processes.others-memory',
    title: 'Read the memory of a process outside',
    harm: 'The memory of processes outside can be read.',
    openedBy: ['cap:SYS_PTRACE'],
  },
  {
    id: 'processes.others-signalled',
    title: 'Send a signal to a process outside',
    harm: 'Processes outside of it can be ended.',
    openedBy: ['cap:KILL'],
  },
  {
    id: 'processes.memory-call',
    title: 'Copy memory between processes (process_vm_readv)',
    harm: 'A part of the kernel that is refused by default is within reach.',
    openedBy: [noFilter, 'cap:SYS_PTRACE'],
  },
  {
    id: 'processes.join-namespace',
    title: 'Join a namespace',
    harm: 'It can join namespaces that it can name.',
    openedBy: [systemAdministrator],
  },
].map((rule) => ({
  ...rule,
  group: 'processes' as const,
  tolerated: rule.id.startsWith('processes.others') ? noOthers : ownKernel,
}))
