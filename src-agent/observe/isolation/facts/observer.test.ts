import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeWatched } from '../../../testing/isolation/observations.ts'
import { namespaceKinds, type Watched } from './observed.ts'
import { createObserver } from './observer.ts'

const status = (more = '') =>
  `Name:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n${more}`

/** A machine in a folder: what the kernel would make up is written there. Only the pid of the test itself is alive. */
function setUp() {
  const root = mkdtempSync(join(tmpdir(), 'joey-observer-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    rmSync(join(root, path), { force: true })
    symlinkSync(target, join(root, path))
  }
  const { pid } = process
  const namespaces = (of: number | 'self', offset: number): void => {
    namespaceKinds.forEach((kind, index) => link(`proc/${of}/ns/${kind}`, `${kind}:[${offset + index}]`))
  }
  namespaces(1, 100)
  namespaces(pid, 200)
  write('proc/self/mountinfo', '20 1 8:1 / / rw - ext4 /dev/sda1 rw\n')
  write(`proc/${pid}/stat`, `${pid} (a) b) S ${'0 '.repeat(18)}4242 0\n`)
  write(`proc/${pid}/status`, status())
  write(`proc/${pid}/uid_map`, '         0          0 4294967295\n')
  write(
    `proc/${pid}/mountinfo`,
    '30 1 8:1 /srv/x /data rw - ext4 /dev/sda1 rw\n31 1 8:1 /own/etc/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n',
  )
  write(`proc/${pid}/net/dev`, 'Inter-|\n face |\n    lo: 0\n  eth0: 0\n')
  link(`proc/${pid}/exe`, '/bin/sleep\u001b[2J')
  const observer = createObserver({
    agent: { folders: ['/var/lib/joey'], sockets: [] },
    proc: join(root, 'proc'),
    cgroups: join(root, 'cgroups'),
  })
  const watched = (more: Partial<Watched> = {}) =>
    makeWatched(1, { pid, cgroup: '/joey/a', ownFolders: ['/own'], ...more })
  const observe = (ms: number, more: Partial<Watched> = {}) => {
    observer.begin(new Date(ms), null)
    return observer.observe(watched(more))
  }
  return { write, link, observe, observer, pid, watched, namespaces }
}

test('a process is described by what the kernel says of it, and its own files are not the host’s', () => {
  const { observe, write } = setUp()
  write('cgroups/memory/joey/a/memory.limit_in_bytes', '67108864\n')
  write('cgroups/cpu/joey/a/cpu.cfs_quota_us', '-1\n')
  write('cgroups/pids/joey/a/pids.max', 'max\n')
  expect(observe(0)).toMatchObject({
    kernel: 'host',
    engineProcess: {
      program: '/bin/sleep\\u{1b}[2J',
      seccomp: { mode: 2, filters: 1 },
      mapsUsers: false,
      hostNamespaces: [],
    },
    mounts: [{ source: '/srv/x', target: '/data', writable: true, kind: 'folder', seen: true, controls: false }],
    limits: { memoryBytes: 67_108_864, cpus: null, pids: null },
    network: { mode: 'own', interfaces: ['eth0'] },
  })
})

test('the program of the self-test is its own, unless it can be written or was put there by a mount', () => {
  const { observe, write, pid } = setUp()
  const mount = (access: string): void =>
    write(`proc/${pid}/mountinfo`, `30 1 8:1 /opt/joey/joey-inside /dev/.joey/probe ${access} - ext4 /dev/sda1 rw\n`)
  mount('ro')
  expect(observe(0)?.mounts).toEqual([])
  const named = { source: '/opt/joey/joey-inside', target: '/dev/.joey/probe', readOnly: true }
  expect(observe(10_000, { mounts: [named] })?.mounts).toMatchObject([{ target: '/dev/.joey/probe', writable: false }])
  mount('rw')
  expect(observe(20_000)?.mounts).toMatchObject([{ target: '/dev/.joey/probe', writable: true }])
})

test('what has not changed is the same object, and what has is seen within two seconds', () => {
  const { observe, write, pid } = setUp()
  const first = observe(0)
  expect(observe(1_000)).toBe(first)
  expect(observe(2_000)).toBe(first)
  write(`proc/${pid}/status`, status().replace('Seccomp:\t2', 'Seccomp:\t0'))
  expect(observe(4_000)).toMatchObject({ engineProcess: { seccomp: { mode: 0 } } })
})

test('what a client changes is looked at at once', () => {
  const { observe, write } = setUp()
  const limits = { memoryBytes: 1e9, cpus: null, pids: null }
  expect(observe(0)?.limits.memoryBytes).toBeNull()
  write('cgroups/memory/joey/a/memory.limit_in_bytes', '999997440\n')
  expect(observe(10, { limits })?.limits.memoryBytes).toBe(999_997_440)
})

test('another process under the same number is looked at anew', () => {
  const { observe, write, link, namespaces, pid } = setUp()
  observe(0)
  write(`proc/${pid}/stat`, `${pid} (x) S ${'0 '.repeat(18)}9999 0\n`)
  link(`proc/${pid}/exe`, '/bin/other')
  namespaces(pid, 100)
  expect(observe(2_000)?.engineProcess).toMatchObject({ program: '/bin/other', hostNamespaces: [...namespaceKinds] })
})

test('a process that is gone, or dead and not yet reaped, is nothing to observe', () => {
  const { observe, write, pid } = setUp()
  write(`proc/${pid}/stat`, `${pid} (x) Z ${'0 '.repeat(18)}4242 0\n`)
  expect(observe(0)).toBeNull()
  expect(observe(0, { pid: null })).toBeNull()
  expect(observe(0, { pid: 4_194_303 })).toBeNull()
})

test('an engine that is about to become the main process is not taken for it, but none hides behind its name for long', () => {
  const { observe, write, link, pid } = setUp()
  link(`proc/${pid}/exe`, '/memfd:crun_cloned:/proc/self/exe (deleted)')
  write('proc/uptime', '42.9 80.0\n')
  expect(observe(0)).toBeNull()
  write('proc/uptime', '45.0 80.0\n')
  expect(observe(1_000)?.engineProcess.program).toContain('crun_cloned')
})

test('an engine counts only for the class that promises it', () => {
  const { observe, write, link, pid } = setUp()
  write(`proc/${pid}/cmdline`, 'runsc-sandbox\0--root=/x\0boot\0')
  expect(observe(0, { class: 'container' })?.kernel).toBe('host')
  expect(observe(0, { class: 'gvisor' })?.kernel).toBe('sentry')
  expect(observe(0, { class: 'microvm' })?.kernel).toBe('host')
  link(`proc/${pid}/exe`, '/usr/bin/qemu-system-x86_64')
  expect(observe(1, { class: 'microvm', name: 'other' })?.kernel).toBe('guest')
})

test('hardware virtualisation is seen by the device that the machine monitor holds', () => {
  const { observe, link, pid } = setUp()
  link(`proc/${pid}/exe`, '/usr/bin/qemu-system-x86_64')
  expect(observe(0, { class: 'microvm' })?.accelerated).toBe(false)
  link(`proc/${pid}/fd/9`, '/dev/kvm')
  expect(observe(1, { class: 'microvm', name: 'other' })).toMatchObject({
    accelerated: true,
    descriptors: { files: ['/dev/kvm'] },
  })
})

test('a micro-VM is not on this machine’s network for its monitor being there', () => {
  const { observe, link, pid } = setUp()
  link(`proc/${pid}/exe`, '/usr/bin/qemu-system-x86_64')
  link(`proc/${pid}/ns/net`, 'net:[102]')
  expect(observe(0, { class: 'microvm', lease: null })?.network).toMatchObject({ mode: 'none', interfaces: [] })
  expect(observe(0, { class: 'container', name: 'other' })?.network.mode).toBe('host')
})
