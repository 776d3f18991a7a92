import { ownKernel, type ProbeRule, systemAdministrator } from './rule.ts'

export const fileRules: readonly ProbeRule[] = [
  {
    id: 'files.by-path',
    title: 'Read a file of this machine by its path',
    harm: 'Files of this machine can be read.',
  },
  {
    id: 'files.by-process-root',
    title: 'Read a file of this machine through the root or folder of a process',
    harm: 'Files of this machine can be read through /proc.',
  },
  {
    id: 'files.by-open-folder',
    title: 'Read a file of this machine through a folder that was left open',
    harm: 'Files of this machine can be read through an open folder.',
  },
].map((rule) => ({ ...rule, group: 'files' as const, needsSecret: true as const, openedBy: ['host-path', 'cap'] }))

export const treeRules: readonly ProbeRule[] = [
  {
    id: 'files.by-handle',
    title: 'Open files of this machine by number, past every path',
    harm: 'Any file of this machine can be opened.',
    tolerated: ownKernel,
    openedBy: ['cap:DAC_READ_SEARCH'],
  },
  {
    id: 'files.by-chroot',
    title: 'Climb out of a changed root',
    harm: 'The root of the sandbox can be left.',
    tolerated: { microvm: ownKernel.microvm },
    openedBy: [systemAdministrator],
  },
  {
    id: 'files.unasked-mount',
    title: 'Find a mount that nobody asked for',
    harm: 'Something is shared with it that was not asked for.',
    tolerated: { microvm: ownKernel.microvm },
    openedBy: [],
  },
  {
    id: 'files.system-folder-read',
    title: 'Read a system folder of this machine',
    harm: 'A folder of this machine that is refused by default can be read.',
    openedBy: ['host-path'],
  },
  {
    id: 'files.system-folder-write',
    title: 'Write in a system folder of this machine',
    harm: 'A folder of this machine that is refused by default can be written.',
    openedBy: ['host-path'],
  },
  {
    id: 'files.shared-program',
    title: 'Overwrite a program of this machine that runs inside',
    harm: 'A program of this machine can be replaced.',
    openedBy: [systemAdministrator],
  },
  {
    id: 'files.runtime-program',
    title: 'Overwrite the runtime through /proc (CVE-2019-5736)',
    harm: 'The runtime that starts sandboxes can be replaced.',
    tolerated: { microvm: ownKernel.microvm },
    openedBy: [],
  },
  {
    id: 'files.sysfs-write',
    title: 'Write to the devices and drivers of this machine in /sys',
    harm: 'Settings of the kernel and of devices can be changed.',
    tolerated: ownKernel,
    openedBy: [],
  },
].map((rule) => ({ ...rule, group: 'files' as const }))
