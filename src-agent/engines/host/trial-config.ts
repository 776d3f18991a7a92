import type { SelinuxTypes } from '../oci/selinux-labels.ts'

/** Any two categories: nothing else runs with them for that moment. */
export const trialLevel = 's0:c0,c1'

interface Trial {
  /** At the top, so that no empty parent stays behind that is not known by its name. */
  readonly cgroupsPath: string
  /** A static busybox, the only program in the bundle. */
  readonly busybox: string
  readonly memoryBytes: number
  readonly pids: number
  readonly mounts: readonly object[]
  /** More of `linux`. */
  readonly more?: object
  readonly rootfs?: string
  readonly readOnlyRoot?: boolean
  /** A profile of AppArmor that is loaded. */
  readonly apparmor?: string | null
  /** With labels the program is in the root already, where it has one. */
  readonly selinux?: SelinuxTypes | null
  /** Besides those that every trial has. */
  readonly namespaces?: readonly string[]
}

/** The bundle of a trial: what every sandbox needs of a runtime, and a program that says that it lived. */
export function trialConfig(trial: Trial): object {
  const { cgroupsPath, busybox, memoryBytes, pids, mounts, more = {} } = trial
  const { rootfs = 'rootfs', readOnlyRoot = true, namespaces = [], apparmor = null, selinux = null } = trial
  const bind = { destination: '/busybox', type: 'bind', source: busybox, options: ['bind', 'ro', 'nosuid', 'nodev'] }
  return {
    ociVersion: '1.0.2',
    process: {
      args: ['/busybox', 'echo', 'alive'],
      cwd: '/',
      env: ['PATH=/'],
      user: { uid: 0, gid: 0 },
      noNewPrivileges: true,
      ...(apparmor !== null && { apparmorProfile: apparmor }),
      ...(selinux !== null && { selinuxLabel: `${selinux.process}:${trialLevel}` }),
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    },
    root: { path: rootfs, readonly: readOnlyRoot },
    mounts: [...mounts, ...(selinux === null ? [bind] : [])],
    linux: {
      namespaces: [...namespaces, 'pid', 'ipc', 'uts', 'mount', 'network'].map((type) => ({ type })),
      cgroupsPath,
      resources: { memory: { limit: memoryBytes }, pids: { limit: pids } },
      ...(selinux !== null && { mountLabel: `${selinux.file}:${trialLevel}` }),
      ...more,
    },
  }
}
