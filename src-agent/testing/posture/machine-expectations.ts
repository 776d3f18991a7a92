import { type Allowed, type Expectation, monitor, standardStreams, waiting } from './expectations.ts'

/** What the processes of a micro-VM may hold. */

const pipes: readonly Allowed[] = [
  [/^RUN\/s\/ID\/status\.pipe$/, 'by which the guest reports how its main process ended'],
  [/^RUN\/s\/ID\/words\.pipe$/, 'by which the emulator complains'],
]

export const machineMonitor: Expectation = {
  ...monitor,
  classes: ['microvm'],
  descriptors: [
    ...monitor.descriptors,
    [/^\/sys\/fs\/cgroup\/\S*memory\.(oom_control|events)$/, 'of the launcher, which is in the cgroup of the agent'],
  ],
}

/** Starts the emulator and saves its last words. It reads bytes of the guest and passes them on, and does nothing by them. */
export const launcher: Expectation = {
  role: 'launcher',
  classes: ['microvm'],
  is: ({ commandLine }) => /^\S*\/sh \S*\/launch-machine\.sh /.test(commandLine),
  descriptors: [...standardStreams, ...pipes],
  sharedNamespaces: {
    cgroup: 'it is outside of the confinement',
    ipc: 'it is outside of the confinement',
    net: 'it is outside of the confinement',
    pid: 'it waits for the emulator',
    user: 'it runs as the agent does',
    uts: 'it is outside of the confinement',
  },
  capabilities: null,
  bounding: null,
  mustBeFiltered: false,
  mustNotGain: false,
  mounts: null,
  mostThreads: 1,
  environment: monitor.environment,
}

/** bwrap, which waits outside for what it has shut in, and inside as its process 1. It reads nothing of the guest. */
export const confinement: Expectation = {
  role: 'confinement',
  classes: ['microvm'],
  is: ({ commandLine }) => /^\S*bwrap --unshare/.test(commandLine),
  descriptors: [...standardStreams, waiting, ...pipes],
  sharedNamespaces: {
    cgroup: 'its other half is outside',
    ipc: 'its other half is outside',
    net: 'its other half is outside',
    pid: 'it waits for its other half',
    user: 'it runs as the agent does',
    uts: 'its other half is outside',
  },
  capabilities: [],
  // It can gain none of them.
  bounding: null,
  mustBeFiltered: false,
  mustNotGain: true,
  mounts: null,
  mostThreads: 1,
  environment: [...monitor.environment, [/^HOME$/, 'as the agent starts all its tools']],
}

const machineMounts: readonly Allowed[] = [
  [/^\/ tmpfs r[ow] \/newroot$/, 'an empty root, where it may not write'],
  [/^\/(usr|bin|sbin|lib|lib64)(\/\S+)? \S+ ro \S+$/, 'its own program and libraries, read-only'],
  [/^\/etc\/(alternatives|ld\.so\.cache) \S+ ro \S+$/, 'where its libraries are, read-only'],
  [/^\/dev tmpfs rw \/$|^\/dev\/pts devpts rw \/$/, 'its own devices'],
  [
    /^\/dev\/(zero|full|random|urandom|tty) \S+ rw \/\w+$|^\/dev\/null tmpfs ro \/null$|^\/dev\/null \S+ rw \/\w+$/,
    'harmless devices, that of nothing read-only',
  ],
  [/^\/dev\/net\/tun \S+ rw \/net\/tun$/, 'its cable; in its own network namespace'],
  [/^\/dev\/kvm \S+ rw \/kvm$/, 'virtualisation by hardware'],
  [/^\/guest\/(kernel\.elf|initramfs\.cpio) \S+ ro \S+$/, "the guest's kernel, read-only"],
  [/^\/disks\/[\d.]+ \S+ ro \S*\/images\/\w+\.erofs$/, 'an image or a part of one, read-only'],
  [/^\/disks\/[\d.]+\.table \S+ ro \S*\/s\/ID\/disk\.[\d.]+$/, 'where the parts are on their disk, read-only'],
  [/^\/disks\/\d \S+ rw \S*\/sandboxes\/ID\/disk\.ext4$/, 'its own disk'],
  [/^\/vm \S+ rw \S*\/s\/ID\/vm$/, 'its own sockets, which belong to root'],
]

/** QEMU: whoever breaks out of the guest holds this. */
export const emulator: Expectation = {
  role: 'emulator',
  classes: ['microvm'],
  is: ({ commandLine }) => /^\S*\/qemu-system-\w+ /.test(commandLine),
  descriptors: [
    ...standardStreams,
    waiting,
    ...pipes,
    [/^socket:\[N\]$/, 'control of the machine, the guest agent, and servers of mounts'],
    [/^\/disks\/\d(\.\d+(\.table)?)?$/, 'its disks, and what they are made of'],
    [/^\/dev\/net\/tun$/, 'its cable'],
    [/^\/dev\/kvm$|^anon_inode:kvm-(vm|vcpu:\d+)$/, 'virtualisation by hardware'],
    [/^\/memfd:memory-backend-memfd\b/, "the guest's memory, which servers of mounts see too"],
  ],
  sharedNamespaces: { user: 'it has an account of its own and no capability' },
  capabilities: [],
  bounding: [],
  mustNotBeRoot: true,
  mustBeFiltered: true,
  mustNotGain: true,
  mounts: machineMounts,
  // Processors, one each for main loop and RCU, and up to 64 that wait for disks.
  mostThreads: 80,
  environment: [[/^(PATH|LC_ALL|PWD)$/, 'the least that a program needs']],
}

const shareCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETGID', 'SETUID'].map((name) => `CAP_${name}`)

/** virtiofsd: serves one folder, as which of the sandbox's own ids the guest likes. */
export const shareServer: Expectation = {
  role: 'server of a mount',
  classes: ['microvm'],
  is: ({ commandLine }) => /^\S*\/virtiofsd /.test(commandLine),
  descriptors: [
    ...standardStreams,
    waiting,
    [/^socket:\[N\]$/, 'to the emulator'],
    [/^\/memfd:memory-backend-memfd\b/, "the guest's memory"],
    [/^\/share(\/|$)/, 'the folder that it serves'],
    [/^\/proc\/\d+\/(fd|task)$/, 'its own descriptors and threads'],
  ],
  sharedNamespaces: {},
  capabilities: shareCapabilities,
  bounding: [],
  mustNotBeRoot: true,
  mustBeFiltered: true,
  mustNotGain: true,
  mounts: [
    [/^\/ \S+ rw \S*SHARE\/writable$/, 'the folder that it serves'],
    [/^\/ \S+ ro \S*SHARE\/read-only$/, 'the folder that it serves, read-only'],
  ],
  mostThreads: 80,
  environment: [[/^PWD$/, 'set by bwrap']],
}
