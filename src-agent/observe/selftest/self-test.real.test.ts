import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Grant } from '#contract/sandbox'
import type { SelfTestReport } from '#contract/selftest'
import { createWeakFixture, type WeakFixture, type Weakness } from '../../testing/selftest/weak-container.ts'

const failed = ({ results }: SelfTestReport) => results.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)
const detailOf = ({ results }: SelfTestReport, id: string) => results.find((result) => result.id === id)?.detail ?? ''
const mebibyte = 1024 * 1024

describe.each(['crun', 'runc'] as const)('containers by %s', (runtime) => {
  let fixture: WeakFixture
  beforeAll(async () => {
    fixture = await createWeakFixture(runtime)
  })
  afterAll(() => fixture.dispose())

  test('a sandbox as Joey makes it fails nothing, passes at least 80, and nothing is left of the check', async () => {
    const { report, left } = await fixture.check({ memoryBytes: 64 * mebibyte, pids: 100 })
    expect(failed(report)).toEqual([])
    expect(report.results.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(80)
    expect(left).toBe('')
    for (const id of ['limits.memory', 'limits.processes', 'network.host-loopback', 'files.planted-link']) {
      expect(report.results.find((result) => result.id === id)?.outcome, id).toBe('pass')
    }
  })
})

describe('a weakened container fails the matching probes', () => {
  let fixture: WeakFixture
  beforeAll(async () => {
    fixture = await createWeakFixture('crun')
  })
  afterAll(() => fixture.dispose())

  test('the capability SYS_ADMIN', async () => {
    const { report, left } = await fixture.check({ grants: [{ kind: 'cap', name: 'SYS_ADMIN' }] })
    const wanted = ['privileges.mount', 'privileges.remount', 'privileges.mount-namespace', 'privileges.unmount']
    const more = [
      'kernel.cgroup-mount',
      'privileges.capabilities',
      'privileges.main-capabilities',
      'processes.join-namespace',
    ]
    expect(failed(report)).toEqual(expect.arrayContaining([...wanted, ...more]))
    expect(detailOf(report, 'privileges.mount')).toContain('It was granted: cap:SYS_ADMIN.')
    expect(left).toBe('')
  })

  test('other capabilities', async () => {
    const names = [
      'NET_ADMIN',
      'SYS_TIME',
      'SYS_NICE',
      'SYS_MODULE',
      'DAC_READ_SEARCH',
      'SYS_PTRACE',
      'SYS_BOOT',
      'SYS_PACCT',
    ]
    const { report } = await fixture.check({ grants: names.map((name) => ({ kind: 'cap', name })) })
    const wanted = ['network.administer', 'network.packet-filter', 'kernel.clock', 'limits.priority']
    const more = ['files.by-handle', 'processes.memory-call', 'kernel.reboot', 'kernel.accounting']
    expect(failed(report)).toEqual(expect.arrayContaining([...wanted, ...more]))
  })

  test('a folder of this machine by grant, to be written', async () => {
    const source = join(fixture.folder, 'granted')
    mkdirSync(source)
    const { report } = await fixture.check({
      grants: [{ kind: 'host-path', path: source, access: 'rw' }],
      mounts: [{ kind: 'bind', source, target: '/mnt/system', readOnly: false }],
    })
    expect(failed(report)).toEqual(['files.system-folder-read', 'files.system-folder-write'])
    expect(detailOf(report, 'files.system-folder-write')).toContain(`host-path:${source}:rw`)
    expect(readdirSync(source)).toEqual([])
  })

  test("this machine's network", async () => {
    const grants: Grant[] = [{ kind: 'host-network' }, { kind: 'cap', name: 'NET_RAW' }]
    const { report } = await fixture.check({ grants, hostNetwork: true })
    const wanted = ['network.host-loopback', 'network.packets', 'neighbours.abstract-sockets', 'neighbours.namespaces']
    expect(failed(report)).toEqual(expect.arrayContaining(wanted))
    expect(detailOf(report, 'network.host-loopback')).toContain('It was granted: host-network.')
  })

  test('no filter of system calls', async () => {
    const { report } = await fixture.check({ grants: [{ kind: 'no-seccomp' }] })
    const wanted = ['privileges.filter', 'privileges.main-filter', 'kernel.keyring', 'network.hypervisor-socket']
    expect(failed(report)).toEqual(expect.arrayContaining(wanted))
  })

  test('a device of this machine', async (context) => {
    const path = ['/dev/fuse', '/dev/net/tun', '/dev/loop-control'].find((each) => existsSync(each)) ?? ''
    context.skip(path === '', 'There is no such device here.')
    const { report } = await fixture.check({ grants: [{ kind: 'device', path }] })
    expect(failed(report)).toEqual(expect.arrayContaining(['devices.granted', 'devices.unasked']))
    expect(failed(report).filter((id) => id.startsWith('devices.')).length).toBe(3)
  })

  test('every device rule taken away, and the right to make nodes', async () => {
    const allow = [{ allow: true, access: 'rwm' }]
    const grants = [{ kind: 'cap' as const, name: 'MKNOD' }]
    const spoil: Weakness['spoil'] = ({ linux }) => Object.assign(linux.resources, { devices: allow })
    const { report } = await fixture.check({ grants, spoil })
    const ids = failed(report).filter((id) => id.startsWith('devices.'))
    expect(ids).toEqual(expect.arrayContaining(['devices.memory', 'devices.disks', 'devices.kvm', 'devices.input']))
    expect(ids).not.toContain('devices.granted')
  })

  test("this machine's files at their own path", async () => {
    const mounts = [{ kind: 'bind' as const, source: fixture.folder, target: fixture.folder, readOnly: true }]
    const { report } = await fixture.check({ mounts })
    expect(failed(report)).toContain('files.by-path')
  })

  test("this machine's processes", async () => {
    const { report } = await fixture.check({
      spoil: ({ linux }) => {
        linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'pid')
      },
    })
    const wanted = ['processes.others-seen', 'neighbours.namespaces', 'files.by-process-root']
    expect(failed(report).filter((id) => wanted.includes(id)).length).toBeGreaterThanOrEqual(2)
  })

  test('nothing masked, nothing read-only', async () => {
    const { report } = await fixture.check({
      spoil: (config) => {
        Object.assign(config.linux, { maskedPaths: [], readonlyPaths: [] })
        for (const mount of config.mounts) {
          mount.options = mount.options.filter((option) => option !== 'ro' || mount.destination === '/dev/.joey/probe')
        }
      },
    })
    const wanted = ['kernel.core-pattern', 'kernel.sysctl', 'kernel.masked-files', 'kernel.release-agent']
    expect(failed(report)).toEqual(expect.arrayContaining([...wanted, 'limits.cgroup-write', 'files.sysfs-write']))
  })

  test('rights that programs can gain', async () => {
    const { report, left } = await fixture.check({
      spoil: ({ process }) => Object.assign(process, { noNewPrivileges: false }),
    })
    const wanted = ['privileges.main-no-new-privileges', 'privileges.no-new-privileges', 'privileges.set-user-id']
    expect(failed(report).sort()).toEqual(wanted)
    expect(left).toBe('')
  })

  test('a mount that nobody requested', async () => {
    const { report } = await fixture.check({
      spoil: ({ mounts }) =>
        mounts.push({ destination: '/mnt/extra', type: 'bind', source: '/etc', options: ['bind', 'ro'] }),
    })
    expect(failed(report)).toEqual(['files.unasked-mount'])
  })

  test('limits that are on record but not in force', async () => {
    const { report } = await fixture.check({
      memoryBytes: 64 * mebibyte,
      pids: 100,
      spoil: ({ linux }) => Object.assign(linux.resources, { memory: undefined, pids: undefined }),
    })
    expect(failed(report)).toEqual(
      expect.arrayContaining(['limits.memory-in-force', 'limits.memory', 'limits.processes']),
    )
  })

  test("the agent's socket", async () => {
    const path = join(fixture.folder, 'agent.sock')
    const server = createServer().listen(path)
    try {
      writeFileSync(join(fixture.folder, 'beside'), '')
      const mounts = [{ kind: 'bind' as const, source: path, target: path, readOnly: true }]
      expect(failed((await fixture.check({ mounts, sockets: [path] })).report)).toEqual(['neighbours.agent-socket'])
    } finally {
      server.close()
    }
  })
})
