import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatGrant } from '#contract/grant-text'
import { parseGrant } from '#contract/parse-grant'
import { type IsolationClass, SandboxSpec } from '#contract/sandbox'
import { checkGrants, describeChange, mountsOfGrants } from './grant-policy.ts'
import { fixedRules, type HostRules } from './host-paths.ts'
import { checkSpec, withGrants } from './spec-policy.ts'

let folder: string
let joey: HostRules

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-grants-'))
  mkdirSync(join(folder, 'joey/run'), { recursive: true })
  joey = { ...fixedRules([join(folder, 'joey')]), homes: ['/root'] }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const check = async (texts: readonly string[], wanted: IsolationClass = 'container') =>
  (await checkGrants({ class: wanted, grants: texts.map(parseGrant) }, joey)).map(formatGrant)
const refused = (reason: string) => ({ wire: expect.objectContaining({ reason }) })
const bind = (source: string, readOnly = false) => ({ kind: 'bind' as const, source, target: '/data', readOnly })
const spec = (more: Partial<SandboxSpec>): SandboxSpec => ({ ...SandboxSpec.parse({ image: 'busybox' }), ...more })
const grants = (...texts: string[]) => texts.map(parseGrant)

describe('what can be granted', () => {
  test('each once, links led to their ends', async () => {
    symlinkSync('/etc', join(folder, 'link'))
    expect(
      await check([`host-path:${folder}/link:rw`, 'host-path:/etc:rw', 'cap:NET_ADMIN', 'device:/dev/null']),
    ).toEqual(['host-path:/etc:rw', 'cap:NET_ADMIN', 'device:/dev/null'])
  })

  test.each([
    ['a path that is not there', 'host-path:/no/such/place', 'grant-path-missing'],
    ['a device as a path', 'host-path:/dev/null:rw', 'grant-path-special'],
    ['a capability that Linux has not', 'cap:SYS_EVERYTHING', 'grant-cap-unknown'],
    ['a device that is not there', 'device:/dev/joey-none', 'grant-device-missing'],
    ['a folder as a device', 'device:/dev/pts', 'grant-device-missing'],
    ['a file by way of /dev', 'device:/dev/../etc/passwd', 'grant-device-missing'],
  ])('%s is refused', async (_what, text, reason) => {
    await expect(check([text])).rejects.toMatchObject(refused(reason))
  })

  test('the state of Joey is never granted: not itself, not part of it, not what it lies in, not by a link', async () => {
    symlinkSync(join(folder, 'joey'), join(folder, 'link'))
    for (const path of [`${folder}/joey`, `${folder}/joey/run`, folder, '/', `${folder}/link`]) {
      await expect(check([`host-path:${path}:ro`])).rejects.toMatchObject(refused('grant-of-joey'))
    }
  })

  test('a socket is granted for both ways or not at all', async () => {
    const path = join(folder, 'socket')
    const server = createServer().listen(path)
    await new Promise((resolve) => server.once('listening', resolve))
    await expect(check([`host-path:${path}:ro`])).rejects.toMatchObject(refused('grant-of-socket'))
    const given = await checkSpec(spec({ grants: grants(`host-path:${path}:rw`), mounts: [bind(path)] }), joey)
    expect(given.mounts).toEqual([bind(path)])
    await new Promise((resolve) => server.close(resolve))
  })

  test('one path for reading and for writing is a contradiction', async () => {
    await expect(check(['host-path:/etc:ro', 'host-path:/etc:rw'])).rejects.toMatchObject(refused('grant-twice'))
  })

  test.each([
    ['microvm', 'host-network'],
    ['microvm', 'device:/dev/null'],
    ['microvm', 'no-seccomp'],
    ['gvisor', 'device:/dev/null'],
    ['gvisor', 'no-seccomp'],
    ['gvisor', 'new-privileges'],
  ] as const)('in the class %s %s means nothing and says why', async (wanted, text) => {
    await expect(check([text], wanted)).rejects.toMatchObject(refused('grant-not-in-class'))
    expect(await check([text], 'container')).toEqual([text])
  })
})

describe('mounts and grants', () => {
  test('a grant lifts the refusal for the path and what is below it, and for nothing else', async () => {
    const wish = (source: string, ...texts: string[]) =>
      checkSpec(spec({ mounts: [bind(source)], grants: grants(...texts) }), joey)
    await expect(wish('/etc')).rejects.toMatchObject(refused('mount-source-refused'))
    await expect(wish('/etc', 'host-path:/usr:rw')).rejects.toMatchObject(refused('mount-source-refused'))
    expect((await wish('/etc', 'host-path:/etc:rw')).mounts).toEqual([bind('/etc')])
    expect((await wish('/etc/ssl', 'host-path:/etc:rw')).mounts).toEqual([bind('/etc/ssl')])
    await expect(wish('/etc', 'host-path:/etc/ssl:rw')).rejects.toMatchObject(refused('mount-source-refused'))
  })

  test('what is granted for reading is not mounted for writing', async () => {
    const wish = (readOnly: boolean) =>
      checkSpec(spec({ mounts: [bind('/etc', readOnly)], grants: grants('host-path:/etc:ro') }), joey)
    await expect(wish(false)).rejects.toMatchObject(refused('mount-granted-read-only'))
    expect((await wish(true)).mounts).toEqual([bind('/etc', true)])
  })

  test('no grant opens the state of Joey to a mount', async () => {
    const wish = spec({
      mounts: [bind(join(folder, 'joey'))],
      grants: [{ kind: 'host-path', path: folder, access: 'rw' }],
    })
    await expect(checkSpec(wish, joey)).rejects.toMatchObject(refused('grant-of-joey'))
  })

  test('a granted path that no mount names is found below /host, outer ones first', () => {
    const given = grants('host-path:/etc/ssl:rw', 'host-path:/etc:ro', 'host-path:/srv:rw', 'host-network')
    expect(mountsOfGrants(given, [bind('/srv/data')])).toEqual([
      { kind: 'bind', source: '/etc', target: '/host/etc', readOnly: true },
      { kind: 'bind', source: '/etc/ssl', target: '/host/etc/ssl', readOnly: false },
    ])
  })

  test('two things do not get one place', async () => {
    const mount = { ...bind(folder), target: '/host/etc' }
    mkdirSync(join(folder, 'data'))
    const wish = spec({ mounts: [{ ...mount, source: join(folder, 'data') }], grants: grants('host-path:/etc:ro') })
    await expect(checkSpec(wish, joey)).rejects.toMatchObject(refused('mount-target-twice'))
  })

  test('taking a grant back takes the mounts that needed it, and leaves the others, also where they are gone', async () => {
    const data = join(folder, 'data')
    writeFileSync(data, '')
    const mounts = [
      { ...bind('/etc'), target: '/a' },
      { ...bind(data), target: '/b' },
    ]
    const before = await checkSpec(spec({ mounts, grants: grants('host-path:/etc:rw') }), joey)
    rmSync(data)
    expect((await withGrants(before, grants('host-path:/etc:ro'), joey)).mounts).toEqual([
      { ...mounts[0], readOnly: true },
      mounts[1],
    ])
    expect(await withGrants(before, [], joey)).toMatchObject({ mounts: [mounts[1]], grants: [] })
  })
})

test.each([
  ['no network', { network: 'none' as const }, 'host-network-and-none'],
  ['ports', { ports: [{ hostPort: 0, guestPort: 80 }] }, 'host-network-and-ports'],
  ['a network of sandboxes', { networkName: 'shared' }, 'host-network-and-name'],
])('the network of the machine and %s exclude each other', async (_what, more, reason) => {
  await expect(checkSpec(spec({ ...more, grants: grants('host-network') }), joey)).rejects.toMatchObject({
    wire: { code: 'invalidRequest', reason },
  })
})

test('every grant that is given or taken is reported, and what stays is not', () => {
  const messages = describeChange({
    name: 'web',
    before: grants('cap:BPF', 'host-network'),
    after: grants('cap:BPF', 'no-seccomp'),
    runs: true,
  })
  expect(messages.map(({ reason, message }) => [reason, message])).toEqual([
    ['granted', '"web" was granted no-seccomp. It runs with what it had until its next start.'],
    [
      'grant-taken-back',
      'The grant of host-network to "web" was taken back. It runs with what it had until its next start.',
    ],
  ])
})
