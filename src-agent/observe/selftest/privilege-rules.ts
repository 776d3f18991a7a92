import { noFilter, ownKernel, type ProbeRule, systemAdministrator } from './rule.ts'

export const privilegeRules: readonly ProbeRule[] = [
  {
    id: 'privileges.capabilities',
    title: 'Hold more than the usual capabilities',
    harm: 'It holds capabilities that are refused by default.',
    openedBy: ['cap'],
    tolerated: ownKernel,
  },
  {
    id: 'privileges.take-capability',
    title: 'Take a capability that it does not have',
    harm: 'It has rights over this machine.',
    openedBy: ['cap'],
    tolerated: ownKernel,
  },
  {
    id: 'privileges.no-new-privileges',
    title: 'Gain rights by running a program (no_new_privs)',
    harm: 'Programs inside can gain rights.',
    openedBy: [],
    tolerated: { ...ownKernel },
  },
  {
    id: 'privileges.filter',
    title: 'Call the kernel without a filter (seccomp)',
    harm: "Every system call reaches this machine's kernel.",
    openedBy: [noFilter],
    tolerated: {
      gvisor: "Its system calls are answered by gVisor, which has its own filter towards this machine's kernel.",
      microvm: "Its system calls reach the kernel of this virtual machine, not this machine's.",
    },
  },
  {
    id: 'privileges.user-map',
    title: 'Be root of the system below',
    harm: 'Its root is root of the system below.',
    openedBy: [],
    tolerated: {
      container:
        'Its root is root of this machine, held by capabilities, filter and namespaces, as is usual for containers.',
      gvisor: "Its root is gVisor's root, not root of this machine.",
      microvm: 'Its root is root of this virtual machine, not of this machine.',
    },
  },
  {
    id: 'privileges.mount',
    title: 'Mount a file system',
    harm: 'It can change what the sandbox sees, and reach disks.',
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.remount',
    title: 'Take the write protection off /sys',
    harm: 'What is read-only for it can be made writable.',
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.unmount',
    title: 'Unmount what hides files of this machine',
    harm: 'What is hidden from it can be uncovered.',
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.pivot-root',
    title: 'Exchange the root',
    harm: 'It can leave its tree.',
    openedBy: [systemAdministrator, noFilter],
  },
  {
    id: 'privileges.mount-namespace',
    title: 'Make a mount namespace',
    harm: 'It can mount out of sight.',
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.user-namespace',
    title: 'Make a user namespace',
    harm: 'Parts of the kernel that only root may use come within reach.',
    openedBy: [systemAdministrator, noFilter],
  },
  {
    id: 'privileges.user-namespace-mount',
    title: 'Mount in a user namespace',
    harm: 'Parts of the kernel that only root may use come within reach.',
    openedBy: [systemAdministrator, noFilter],
  },
  {
    id: 'privileges.set-user-id',
    title: "Become root by a program that has root's rights",
    harm: 'Any user of it can become its root.',
    openedBy: [],
  },
].map((rule) => ({ ...rule, group: 'privileges' as const, tolerated: rule.tolerated ?? ownKernel }))

export const deviceRules: readonly ProbeRule[] = [
  {
    id: 'devices.granted',
    title: 'Use a device of this machine',
    harm: 'A device of this machine can be used.',
    openedBy: ['device'],
    tolerated: {},
  },
  {
    id: 'devices.unasked',
    title: 'Find a device that nobody asked for',
    harm: 'It has a device that is refused by default.',
    openedBy: ['device'],
  },
  {
    id: 'devices.memory',
    title: 'Open the memory of the machine',
    harm: 'The memory of this machine can be read.',
    openedBy: ['device'],
  },
  {
    id: 'devices.disks',
    title: 'Open a disk of the machine',
    harm: 'Disks of this machine can be read past every right.',
    openedBy: ['device'],
  },
  {
    id: 'devices.kernel-log',
    title: "Open the kernel's log as a device",
    harm: "The log of this machine's kernel can be read and written.",
    openedBy: ['device'],
  },
  {
    id: 'devices.kvm',
    title: 'Open the hypervisor (/dev/kvm)',
    harm: 'It can run virtual machines on this machine.',
    openedBy: ['device'],
  },
  {
    id: 'devices.fuse',
    title: 'Open /dev/fuse',
    harm: 'It can serve file systems to the kernel.',
    openedBy: ['device'],
  },
  {
    id: 'devices.tunnel',
    title: 'Make an interface by the network tunnel device',
    harm: 'It can make interfaces.',
    openedBy: ['device'],
  },
  {
    id: 'devices.loop',
    title: 'Open the control of loop devices',
    harm: "It can have this machine's kernel read its files as disks.",
    openedBy: ['device'],
  },
  {
    id: 'devices.mapper',
    title: 'Open the control of the device mapper',
    harm: 'It can reach disks of this machine.',
    openedBy: ['device'],
  },
  {
    id: 'devices.vhost',
    title: 'Open the network of virtual machines (vhost)',
    harm: 'A part of the kernel with a record of holes is within reach.',
    openedBy: ['device'],
  },
  {
    id: 'devices.input',
    title: 'Open keyboard and mouse',
    harm: 'It can read and press keys on this machine.',
    openedBy: ['device'],
  },
  {
    id: 'devices.console',
    title: "Open the machine's consoles",
    harm: 'It can read and write on the consoles of this machine.',
    openedBy: ['device'],
  },
  {
    id: 'devices.graphics',
    title: 'Open the graphics processor',
    harm: 'The graphics processor of this machine is within reach.',
    openedBy: ['device'],
  },
].map((rule) => ({
  ...rule,
  group: 'devices' as const,
  tolerated: rule.tolerated ?? ownKernel,
  absentFails: true as const,
}))
