import { sentence } from '#contract/sentence'
import { newPrivileges, noFilter, ownKernel, type ProbeRule, systemAdministrator } from './rule.ts'

export const privilegeRules: readonly ProbeRule[] = [
  {
    id: 'privileges.capabilities',
    title: sentence('probe-privileges-capabilities'),
    harm: sentence('harm-privileges-capabilities'),
    openedBy: ['cap'],
    tolerated: ownKernel,
  },
  {
    id: 'privileges.take-capability',
    title: sentence('probe-privileges-take-capability'),
    harm: sentence('harm-privileges-take-capability'),
    openedBy: ['cap'],
    tolerated: ownKernel,
  },
  {
    id: 'privileges.no-new-privileges',
    title: sentence('probe-privileges-no-new-privileges'),
    harm: sentence('harm-privileges-no-new-privileges'),
    openedBy: [newPrivileges],
    tolerated: { ...ownKernel },
  },
  {
    id: 'privileges.filter',
    title: sentence('probe-privileges-filter'),
    harm: sentence('harm-privileges-filter'),
    openedBy: [noFilter],
    tolerated: {
      gvisor: sentence('excused-filter-of-gvisor'),
      microvm: sentence('excused-filter-of-microvm'),
    },
  },
  {
    id: 'privileges.user-map',
    title: sentence('probe-privileges-user-map'),
    harm: sentence('harm-privileges-user-map'),
    openedBy: [],
    tolerated: {
      container: sentence('excused-root-of-container'),
      gvisor: sentence('excused-root-of-gvisor'),
      microvm: sentence('excused-root-of-microvm'),
    },
  },
  {
    id: 'privileges.mount',
    title: sentence('probe-privileges-mount'),
    harm: sentence('harm-privileges-mount'),
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.remount',
    title: sentence('probe-privileges-remount'),
    harm: sentence('harm-privileges-remount'),
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.unmount',
    title: sentence('probe-privileges-unmount'),
    harm: sentence('harm-privileges-unmount'),
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.pivot-root',
    title: sentence('probe-privileges-pivot-root'),
    harm: sentence('harm-privileges-pivot-root'),
    openedBy: [systemAdministrator, noFilter],
  },
  {
    id: 'privileges.mount-namespace',
    title: sentence('probe-privileges-mount-namespace'),
    harm: sentence('harm-privileges-mount-namespace'),
    openedBy: [systemAdministrator],
  },
  {
    id: 'privileges.user-namespace',
    title: sentence('probe-privileges-user-namespace'),
    harm: sentence('harm-privileges-user-namespace'),
    openedBy: [systemAdministrator, noFilter],
  },
  {
    id: 'privileges.user-namespace-mount',
    title: sentence('probe-privileges-user-namespace-mount'),
    harm: sentence('harm-privileges-user-namespace-mount'),
    openedBy: [systemAdministrator, noFilter],
  },
  {
    id: 'privileges.set-user-id',
    title: sentence('probe-privileges-set-user-id'),
    harm: sentence('harm-privileges-set-user-id'),
    openedBy: [newPrivileges],
  },
].map((rule) => ({ ...rule, group: 'privileges' as const, tolerated: rule.tolerated ?? ownKernel }))

export const deviceRules: readonly ProbeRule[] = [
  {
    id: 'devices.granted',
    title: sentence('probe-devices-granted'),
    harm: sentence('harm-devices-granted'),
    openedBy: ['device'],
    tolerated: {},
  },
  {
    id: 'devices.unasked',
    title: sentence('probe-devices-unasked'),
    harm: sentence('harm-devices-unasked'),
    openedBy: ['device'],
  },
  {
    id: 'devices.memory',
    title: sentence('probe-devices-memory'),
    harm: sentence('harm-devices-memory'),
    openedBy: ['device'],
  },
  {
    id: 'devices.disks',
    title: sentence('probe-devices-disks'),
    harm: sentence('harm-devices-disks'),
    openedBy: ['device'],
  },
  {
    id: 'devices.kernel-log',
    title: sentence('probe-devices-kernel-log'),
    harm: sentence('harm-devices-kernel-log'),
    openedBy: ['device'],
  },
  {
    id: 'devices.kvm',
    title: sentence('probe-devices-kvm'),
    harm: sentence('harm-devices-kvm'),
    openedBy: ['device'],
  },
  {
    id: 'devices.fuse',
    title: sentence('probe-devices-fuse'),
    harm: sentence('harm-devices-fuse'),
    openedBy: ['device'],
  },
  {
    id: 'devices.tunnel',
    title: sentence('probe-devices-tunnel'),
    harm: sentence('harm-devices-tunnel'),
    openedBy: ['device'],
  },
  {
    id: 'devices.loop',
    title: sentence('probe-devices-loop'),
    harm: sentence('harm-devices-loop'),
    openedBy: ['device'],
  },
  {
    id: 'devices.mapper',
    title: sentence('probe-devices-mapper'),
    harm: sentence('harm-devices-mapper'),
    openedBy: ['device'],
  },
  {
    id: 'devices.vhost',
    title: sentence('probe-devices-vhost'),
    harm: sentence('harm-devices-vhost'),
    openedBy: ['device'],
  },
  {
    id: 'devices.input',
    title: sentence('probe-devices-input'),
    harm: sentence('harm-devices-input'),
    openedBy: ['device'],
  },
  {
    id: 'devices.console',
    title: sentence('probe-devices-console'),
    harm: sentence('harm-devices-console'),
    openedBy: ['device'],
  },
  {
    id: 'devices.graphics',
    title: sentence('probe-devices-graphics'),
    harm: sentence('harm-devices-graphics'),
    openedBy: ['device'],
  },
].map((rule) => ({
  ...rule,
  group: 'devices' as const,
  tolerated: rule.tolerated ?? ownKernel,
  absentFails: true as const,
}))
