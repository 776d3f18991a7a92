import { sentence } from '#contract/sentence'
import { ownKernel, type ProbeRule, systemAdministrator } from './rule.ts'

export const fileRules: readonly ProbeRule[] = [
  {
    id: 'files.by-path',
    title: sentence('probe-files-by-path'),
    harm: sentence('harm-files-by-path'),
  },
  {
    id: 'files.by-process-root',
    title: sentence('probe-files-by-process-root'),
    harm: sentence('harm-files-by-process-root'),
  },
  {
    id: 'files.by-open-folder',
    title: sentence('probe-files-by-open-folder'),
    harm: sentence('harm-files-by-open-folder'),
  },
].map((rule) => ({ ...rule, group: 'files' as const, needsSecret: true as const, openedBy: ['host-path', 'cap'] }))

export const treeRules: readonly ProbeRule[] = [
  {
    id: 'files.by-handle',
    title: sentence('probe-files-by-handle'),
    harm: sentence('harm-files-by-handle'),
    tolerated: ownKernel,
    openedBy: ['cap:DAC_READ_SEARCH'],
  },
  {
    id: 'files.by-chroot',
    title: sentence('probe-files-by-chroot'),
    harm: sentence('harm-files-by-chroot'),
    tolerated: { microvm: ownKernel.microvm },
    openedBy: [systemAdministrator],
  },
  {
    id: 'files.unasked-mount',
    title: sentence('probe-files-unasked-mount'),
    harm: sentence('harm-files-unasked-mount'),
    tolerated: { microvm: ownKernel.microvm },
    openedBy: [],
  },
  {
    id: 'files.system-folder-read',
    title: sentence('probe-files-system-folder-read'),
    harm: sentence('harm-files-system-folder-read'),
    openedBy: ['host-path'],
  },
  {
    id: 'files.system-folder-write',
    title: sentence('probe-files-system-folder-write'),
    harm: sentence('harm-files-system-folder-write'),
    openedBy: ['host-path'],
  },
  {
    id: 'files.shared-program',
    title: sentence('probe-files-shared-program'),
    harm: sentence('harm-files-shared-program'),
    openedBy: [systemAdministrator],
  },
  {
    id: 'files.runtime-program',
    title: sentence('probe-files-runtime-program'),
    harm: sentence('harm-files-runtime-program'),
    tolerated: { microvm: ownKernel.microvm },
    openedBy: [],
  },
  {
    id: 'files.sysfs-write',
    title: sentence('probe-files-sysfs-write'),
    harm: sentence('harm-files-sysfs-write'),
    tolerated: ownKernel,
    openedBy: [],
  },
].map((rule) => ({ ...rule, group: 'files' as const }))
