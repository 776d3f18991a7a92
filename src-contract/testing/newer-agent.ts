/*
 * What an agent answered, recorded, with what one of a later version may add: fields that nobody knows yet (all of them
 * `futureField`), words that lists may come to hold, and an event of a new type.
 */

export const state = {
  type: 'state',
  seq: 3,
  at: '2026-11-29T14:04:01.896Z',
  sandboxes: [
    {
      id: '8cd697b00224',
      name: 'web',
      class: 'container',
      state: 'hibernated',
      image: 'busybox',
      imageDigest: 'sha256:cd00f4d4e8f428b2eb9e81d15f5a022c337e42fde58e9b011d2f46b292daf704',
      spec: {
        image: 'busybox',
        command: ['sleep', '100'],
        entrypoint: null,
        env: { A: '1' },
        cwd: null,
        user: null,
        tty: false,
        stdin: false,
        hostname: null,
        limits: { memoryBytes: null, cpus: null, pids: 4096, futureField: 1 },
        mounts: [],
        network: 'nat',
        networkName: null,
        ports: [{ hostPort: 8080, guestPort: 80 }],
        readOnlyRoot: false,
        grants: [],
        removeOnExit: false,
        stopGraceMs: 10000,
        labels: {},
        class: 'container',
        futureField: true,
      },
      argv: ['sleep', '100'],
      createdAt: '2026-11-29T14:04:01.303Z',
      startedAt: '2026-11-29T14:04:01.665Z',
      exit: {
        code: 0,
        reason: 'migrated',
        message: 'Moved to another machine.',
        at: '2026-11-29T14:04:02.000Z',
        futureField: 1,
      },
      engine: 'crun',
      pid: 5352,
      address: '10.115.176.2',
      ports: [{ hostPort: 8080, guestPort: 80, futureField: 'x' }],
      selfTest: null,
      parentId: null,
      futureField: { a: [1] },
    },
  ],
  images: [
    {
      architecture: 'amd64',
      createdAt: null,
      sizeBytes: 1441792,
      contentBytes: 2051234,
      config: {
        entrypoint: [],
        command: ['sh'],
        env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        cwd: '/',
        user: '',
        stopSignal: null,
        exposedPorts: [],
        labels: {},
        futureField: 1,
      },
      builtIn: true,
      digest: 'sha256:cd00f4d4e8f428b2eb9e81d15f5a022c337e42fde58e9b011d2f46b292daf704',
      names: ['busybox:latest'],
      importedAt: '2026-11-29T14:04:00.213Z',
    },
  ],
  terminals: [],
  tasks: [
    {
      id: 'task-0001',
      kind: 'function.run',
      subject: 'f',
      phase: 'waiting',
      progress: null,
      startedAt: '2026-11-29T14:04:02.000Z',
      message: null,
    },
  ],
  settings: { defaultClass: 'container', selfTestAfterChange: false, selfTestEveryHours: null, futureField: 1 },
  snapshots: [],
  futureField: 'x',
}

export const sandboxes = [state.sandboxes[0]]

export const host = {
  findings: [
    {
      id: 'account',
      level: 'hint',
      title: 'The agent runs as root',
      detail: null,
      remedy: { kind: 'openSettings', page: 'limits' },
      futureField: 1,
    },
  ],
  classes: [
    { class: 'container', available: true, explanation: "crun 1.8.1, sharing this machine's kernel.", futureField: 1 },
  ],
  cpus: 2,
  memoryBytes: 25276510208,
  futureField: 1,
}

export const refusal = {
  code: 'quota',
  reason: 'sandbox-not-found',
  message: 'There is no sandbox "nope". "joey ls -a" shows them all.',
  params: { ref: 'nope' },
  futureField: 1,
  remedy: { kind: 'openSettings', page: 'limits' },
}

export const newEvent = { type: 'function.changed', seq: 4, at: '2026-11-29T14:04:02.000Z', function: { name: 'f' } }
