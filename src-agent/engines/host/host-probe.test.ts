import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { diskFinding, memoryFinding, protectionFindings } from './capacity.ts'
import { createHostProbe, offers, runtimeFindings } from './host-probe.ts'
import { examineKernel } from './kernel-features.ts'
import { examinePrograms } from './programs.ts'

async function rootWith(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'joey-host-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

const refuse: Run = async (program) => {
  throw new AppError({ code: 'engine', reason: 'tool-failed', message: `The program ${program} failed.` })
}

const complete = {
  'proc/filesystems': 'nodev\toverlay\n\terofs\n',
  'proc/self/status': 'Name:\tnode\nSeccomp:\t0\n',
  'proc/sys/user/max_user_namespaces': '95000\n',
  'sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
}

async function kernelFindings(files: Record<string, string>, uid = 0) {
  const findings = await examineKernel({ run: refuse, uid, root: await rootWith(files) })
  return new Map(findings.map((finding) => [finding.id, finding]))
}

test('a host that has everything has no problem', async () => {
  const findings = await kernelFindings(complete)
  expect([...findings.values()].filter((finding) => finding.level !== 'ok')).toEqual([])
  expect(findings.get('cgroups')?.title).toBe('cgroups v2 with cpuset, cpu, io, memory, pids')
})

test('a bare host has each lack reported by itself', async () => {
  const findings = await kernelFindings({}, 1000)
  const problems = [...findings.values()].filter((finding) => finding.level === 'problem').map((finding) => finding.id)
  expect(problems).toEqual(['account', 'kernel-overlay', 'kernel-erofs', 'kernel-seccomp', 'cgroups'])
  expect(findings.get('account')?.remedy).toMatchObject({ command: 'sudo joey agent start' })
})

test('a file system that is a module counts as there', async () => {
  const run: Run = async () => ({ code: 0, stdout: '', stderr: '' })
  const findings = await examineKernel({ run, uid: 0, root: await rootWith({}) })
  expect(findings.find((finding) => finding.id === 'kernel-erofs')).toMatchObject({ level: 'ok' })
})

test('a hybrid host is one of version 1', async () => {
  const hybrid = { 'proc/cgroups': '#subsys_name\thierarchy\ncpu\t1\nmemory\t4\npids\t8\nhugetlb\t0\n' }
  const mounted = { 'sys/fs/cgroup/cpu/x': '', 'sys/fs/cgroup/memory/x': '', 'sys/fs/cgroup/pids/x': '' }
  const findings = await kernelFindings({ ...hybrid, ...mounted, 'sys/fs/cgroup/unified/cgroup.controllers': '' })
  expect(findings.get('cgroups')).toMatchObject({ level: 'ok', title: 'cgroups v1 with cpu, memory, pids' })
})

test.each([
  ['flags : fpu vmx\n', {}, /offers KVM/],
  ['flags : fpu\n', {}, /not usable/],
  ['flags : fpu svm\n', { 'sys/module/kvm_pvm/x': '' }, /not usable/],
])('/dev/kvm with %j and %j: %s', async (cpuinfo, more, title) => {
  const findings = await kernelFindings({ 'dev/kvm': '', 'proc/cpuinfo': cpuinfo, ...more })
  expect(findings.get('kvm')?.title).toMatch(title)
})

test('programs are reported with version, or with the command that installs them', async () => {
  const run: Run = async () => ({ code: 0, stdout: 'nftables v1.0.6 (Lester Gooch #5)\n', stderr: '' })
  const findings = await examinePrograms({ run, find: (name) => (name === 'nft' ? '/usr/sbin/nft' : null) })
  expect(findings.find((finding) => finding.id === 'program-nft')).toMatchObject({ level: 'ok', title: 'nft 1.0.6' })
  expect(findings.find((finding) => finding.id === 'program-mkfs-erofs')).toMatchObject({
    level: 'problem',
    title: 'mkfs.erofs is missing',
    remedy: { command: expect.stringContaining('apt-get install -y erofs-utils') },
  })
})

test('space and memory are warned of before they are gone', () => {
  const GiB = 1024 ** 3
  expect(diskFinding(3 * GiB, '/x')).toMatchObject({ level: 'ok', title: '3 GiB free for images and sandboxes' })
  expect(diskFinding(1.9 * GiB, '/x').level).toBe('warning')
  expect(diskFinding(1024, '/x').level).toBe('problem')
  expect(memoryFinding(GiB).level).toBe('ok')
  expect(memoryFinding(GiB / 4).level).toBe('warning')
})

const crun = { name: 'crun', program: '/usr/bin/crun', version: '1.8.1', failure: null } as const
const brokenRunc = { name: 'runc', program: '/usr/sbin/runc', version: '1.1.5', failure: 'no cgroups' } as const

test('a broken runtime beside a working one is a warning, alone a problem', () => {
  expect(runtimeFindings([crun, brokenRunc]).map((finding) => finding.level)).toEqual(['ok', 'warning'])
  expect(runtimeFindings([brokenRunc])).toMatchObject([{ level: 'problem', detail: 'no cgroups' }])
  expect(runtimeFindings([])).toMatchObject([
    { level: 'problem', remedy: { command: expect.stringContaining('crun') } },
  ])
})

/** The offer of containers, which is the first. */
const offered = (runtimes: Parameters<typeof runtimeFindings>[0], findings: readonly Finding[] = [], wanted?: string) =>
  offers({ runtimes, gvisor: null, microvm: null, findings, wanted })[0]

test('the class "container" is offered where a runtime works and nothing stands in the way', () => {
  expect(offered([crun])).toMatchObject({ available: true, explanation: expect.stringContaining('crun 1.8.1') })
  expect(offered([brokenRunc])).toMatchObject({
    available: false,
    explanation: 'No container runtime works here.',
  })
  expect(offered([crun], [], 'runc')).toMatchObject({ available: false })
  const obstacle = {
    id: 'kernel-erofs',
    level: 'problem',
    title: 'The kernel lacks erofs',
    detail: null,
    remedy: null,
  } as const
  expect(offered([crun], [obstacle])).toMatchObject({ available: false, explanation: 'The kernel lacks erofs.' })
})

test('a report is kept for a minute, a failed one is not', async () => {
  let ms = 0
  const other = vi.fn(async () => [])
  const probe = createHostProbe({
    run: refuse,
    uid: 1000,
    folder: tmpdir(),
    find: () => null,
    others: [other],
    monotonicMs: () => ms,
  })
  await probe.examine()
  ms = 59_000
  await probe.examine()
  expect(other).toHaveBeenCalledTimes(1)
  ms = 61_000
  other.mockRejectedValueOnce(new Error('lost'))
  await expect(probe.examine()).rejects.toThrow('lost')
  await expect(probe.examine()).resolves.toMatchObject({ cpus: expect.any(Number) })
  expect(other).toHaveBeenCalledTimes(3)
  await probe.examine({ fresh: true })
  expect(other).toHaveBeenCalledTimes(4)
})

test('an agent that may not protect itself where memory runs out says so', () => {
  expect(protectionFindings(0)).toMatchObject([{ id: 'memory-protection', level: 'warning' }])
  expect(protectionFindings(-500)).toEqual([])
  expect(protectionFindings(null)).toEqual([])
})
