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
  /** Besides those that every trial has. */
  readonly namespaces?: readonly string[]
}

/** The bundle of a trial: what every sandbox needs of a runtime, and a program that says that it lived. */
export function trialConfig(trial: Trial): object {
  const { cgroupsPath, busybox, memoryBytes, pids, mounts, more = {} } = trial
  const { rootfs = 'rootfs', readOnlyRoot = true, namespaces = [], apparmor = null } = trial
  return {
    ociVersion: '1.0.2',
    process: {
      args: ['/busybox', 'echo', 'alive'],
      cwd: '/',
      env: ['PATH=/'],
      user: { uid: 0, gid: 0 },
      noNewPrivileges: true,
      ...(apparmor !== null && { apparmorProfile: apparmor }),
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    },
    root: { path: rootfs, readonly: readOnlyRoot },
    mounts: [
      ...mounts,
      { destination: '/busybox', type: 'bind', source: busybox, options: ['bind', 'ro', 'nosuid', 'nodev'] },
    ],
    linux: {
      namespaces: [...namespaces, 'pid', 'ipc', 'uts', 'mount', 'network'].map((type) => ({ type })),
      cgroupsPath,
      resources: { memory: { limit: memoryBytes }, pids: { limit: pids } },
      ...more,
    },
  }
}
