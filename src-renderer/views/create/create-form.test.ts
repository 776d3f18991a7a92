import { expect, test } from 'vitest'
import { type CreateForm, emptyForm, fieldOfReason, findProblems, readForm, runsShell } from './create-form.ts'

const form = (changes: Partial<CreateForm> = {}): CreateForm => ({
  ...emptyForm('busybox:latest', 'web-1'),
  ...changes,
})

test.each<[string, Partial<CreateForm>, object]>([
  ['a fresh form is right', {}, {}],
  ['a name may be left to the agent', { name: ' ' }, {}],
  ['an image is needed', { image: '' }, { image: 'imageMissing' }],
  ['an image has no blanks', { image: 'a b' }, { image: 'imageInvalid' }],
  ['a name follows the contract', { name: 'Web 1' }, { name: 'nameInvalid' }],
  ['quotes must be closed', { command: "sh -c 'x" }, { command: 'quoteOpen' }],
  ['memory must be a size', { memory: 'lots' }, { memory: 'memoryInvalid' }],
  ['memory has a floor', { memory: '1 MB' }, { memory: 'memoryTooSmall' }],
  ['the disk must be a size', { disk: 'much' }, { disk: 'diskInvalid' }],
  ['the disk has a floor', { disk: '10 MB' }, { disk: 'diskTooSmall' }],
  ['negative processors do not exist', { cpus: '-1' }, { cpus: 'cpusInvalid' }],
  ['half a process does not exist', { pids: '1.5' }, { pids: 'pidsInvalid' }],
  ['a port needs its guest side', { ports: [{ key: 'a', hostPort: '80', guestPort: '' }] }, { ports: 'portInvalid' }],
  [
    'a host port is given once',
    { ports: ['1', '2'].map((key) => ({ key, hostPort: '8080', guestPort: key })) },
    { ports: 'portTwice' },
  ],
  [
    'a host port is one of TCP and one of UDP',
    { ports: ['1', '2/udp'].map((key) => ({ key, hostPort: '8080', guestPort: key })) },
    {},
  ],
  [
    'no other protocol has ports here',
    { ports: [{ key: 'a', hostPort: '', guestPort: '80/sctp' }] },
    { ports: 'portInvalid' },
  ],
  [
    'ports need a network',
    { network: 'none', ports: [{ key: 'a', hostPort: '', guestPort: '80' }] },
    { ports: 'portsWithoutNetwork' },
  ],
  [
    'a mount has an absolute source, or the name of a volume',
    { mounts: [{ key: 'a', source: './work', target: '/work', readOnly: false }] },
    { mounts: 'mountInvalid' },
  ],
  ['a network has a plain name', { networkName: 'My lan' }, { networkName: 'networkNameInvalid' }],
  ['no network, no shared one', { network: 'none', networkName: 'lan' }, { networkName: 'networkNameWithoutNetwork' }],
  [
    'a path that is granted is absolute',
    { grants: [{ key: 'a', kind: 'host-path', value: 'etc', access: 'ro' }] },
    { grants: 'grantInvalid' },
  ],
  [
    'a capability may be written as the kernel has it',
    { grants: [{ key: 'a', kind: 'cap', value: 'cap_net_admin', access: 'ro' }] },
    {},
  ],
  [
    'a device is below /dev',
    { grants: [{ key: 'a', kind: 'device', value: '/etc/x', access: 'ro' }] },
    { grants: 'grantInvalid' },
  ],
  ['some grants need nothing more', { grants: [{ key: 'a', kind: 'host-network', value: '', access: 'ro' }] }, {}],
  ['a variable has a name', { env: [{ key: 'a', name: '', value: 'x' }] }, { env: 'envInvalid' }],
])('%s', (_rule, changes, problems) => {
  expect(findProblems(form(changes))).toEqual(problems)
  expect(readForm(form(changes), ['sh']).ok).toBe(Object.keys(problems).length === 0)
})

test.each([
  ['memory', 'memoryBytes'],
  ['disk', 'diskBytes'],
] as const)('without a limit of %s the settings have the word, and 0 is none', (field, key) => {
  const limitsOf = (text: string) => {
    const result = readForm(form({ [field]: text }), [])
    return result.ok ? result.request.spec.limits : result.problems
  }
  expect(limitsOf('')).not.toHaveProperty(key)
  expect(limitsOf('0')).toMatchObject({ [key]: null })
  expect(limitsOf('1 GiB')).toMatchObject({ [key]: 1024 ** 3 })
})

test('what was typed becomes the request', () => {
  const result = readForm(
    form({
      ...{ command: "sh -c 'echo $A'", memory: '512 MB', cpus: '0,5', pids: '100', network: 'nat' },
      ports: [
        { key: 'a', hostPort: '', guestPort: '80' },
        { key: 'b', hostPort: '', guestPort: '53/udp' },
      ],
      mounts: [{ key: 'a', source: '/srv/work', target: '/work', readOnly: true }],
      env: [{ key: 'a', name: 'A', value: ' b ' }],
    }),
    ['sh'],
  )
  expect(result).toMatchObject({
    request: {
      name: 'web-1',
      spec: {
        ...{ image: 'busybox:latest', command: ['sh', '-c', 'echo $A'], tty: false, stdin: false, env: { A: ' b ' } },
        limits: { memoryBytes: 512 * 1024 ** 2, cpus: 0.5, pids: 100 },
        ports: [
          { hostPort: 0, guestPort: 80 },
          { hostPort: 0, guestPort: 53, protocol: 'udp' },
        ],
        mounts: [{ kind: 'bind', source: '/srv/work', target: '/work', readOnly: true }],
      },
    },
  })
})

test('an image whose command is a shell gets a terminal, unless chosen otherwise', () => {
  expect(readForm(form(), ['/bin/sh'])).toMatchObject({ request: { spec: { tty: true, stdin: true } } })
  expect(readForm(form({ tty: false }), ['/bin/sh'])).toMatchObject({ request: { spec: { tty: false } } })
  expect(readForm(form(), ['nginx', '-g', 'daemon off;'])).toMatchObject({ request: { spec: { tty: false } } })
})

test.each([
  [['bash'], true],
  [['/bin/ash', '-l'], true],
  [['/bin/busybox', 'sh'], true],
  [['sh', '-c', 'sleep 1'], false],
  [['sleep', '1'], false],
  [[], false],
])('%j is a shell to talk to: %s', (argv, shell) => {
  expect(runsShell(argv)).toBe(shell)
})

test.each([
  ['sandbox-name-taken', 'name'],
  ['image-not-found', 'image'],
  ['port-in-use', 'ports'],
  ['mount-refused', 'mounts'],
  ['network-name-taken', 'networkName'],
  ['grant-refused', 'grants'],
  ['engine-failed', null],
])('a refusal for %s is shown at %s', (reason, field) => {
  expect(fieldOfReason(reason)).toBe(field)
})

test('what has no slash among the mounts is a volume', () => {
  const row = { key: 'a', target: '/work', readOnly: true }
  const mounts = ['data', '/srv'].map((source) => ({ ...row, source }))
  expect(readForm(form({ mounts }), ['sh'])).toMatchObject({
    request: {
      spec: {
        mounts: [{ source: '/srv', target: '/work', readOnly: true }],
        volumes: [{ volume: 'data', target: '/work', readOnly: true }],
      },
    },
  })
})
