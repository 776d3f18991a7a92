import { expect, test } from 'vitest'
import { buildSeccomp, type SeccompProfile } from './profile.ts'

const capabilities = new Set(['CAP_SYS_CHROOT'])
const target = { architecture: 'amd64', capabilities, setsIds: true, kernel: [6, 1] } as const
type Built = SeccompProfile
const rulesFor = (built: Built, name: string) => built.syscalls.filter(({ names }) => names.includes(name))

test('what no capability grants is not allowed', () => {
  const built = buildSeccomp(target)
  for (const name of [
    'mount',
    'bpf',
    'init_module',
    'unshare',
    'setns',
    'keyctl',
    'userfaultfd',
    'kexec_load',
    'io_uring_setup',
  ]) {
    expect(rulesFor(built, name), name).toMatchObject([{ action: 'SCMP_ACT_ERRNO', errnoRet: 1 }])
  }
})

test('a held capability opens its calls', () => {
  const built = buildSeccomp(target)
  expect(rulesFor(built, 'chroot')).toHaveLength(1)
})

test('clone is allowed without namespaces only, and clone3 says it does not exist', () => {
  const built = buildSeccomp(target)
  const [allowed, ...refused] = rulesFor(built, 'clone')
  expect(allowed).toMatchObject({ args: [{ index: 0, value: 0x7e020000, op: 'SCMP_CMP_MASKED_EQ' }] })
  expect(refused.every(({ action, errnoRet }) => action === 'SCMP_ACT_ERRNO' && errnoRet === 1)).toBe(true)
  expect(refused.flatMap(({ args = [] }) => args.map(({ value }) => value))).toContain(0x10000000)
  expect(rulesFor(built, 'clone3')).toMatchObject([{ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }])
})

test('sockets to a hypervisor are refused', () => {
  const built = buildSeccomp(target)
  expect(rulesFor(built, 'socket')).toMatchObject([
    { action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 40, op: 'SCMP_CMP_NE' }] },
    { action: 'SCMP_ACT_ERRNO', errnoRet: 1, args: [{ index: 0, value: 40, op: 'SCMP_CMP_EQ' }] },
  ])
})

test('where files may not get the set-user-id bit, every call that could give it is filtered by its mode, and no other is lost', () => {
  const calls = ['chmod', 'fchmod', 'fchmodat', 'fchmodat2', 'creat', 'mknod', 'mknodat', 'open', 'openat']
  const [with_, without] = [true, false].map((setsIds) => buildSeccomp({ ...target, setsIds })) as [Built, Built]
  for (const name of calls) {
    expect(
      rulesFor(with_, name).every(({ args }) => args === undefined),
      name,
    ).toBe(true)
    const rules = rulesFor(without, name)
    expect(
      rules.every(({ args }) => args !== undefined),
      name,
    ).toBe(true)
    expect(new Set(rules.map(({ action }) => action)), name).toEqual(new Set(['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO']))
  }
  expect(rulesFor(without, 'openat2')).toEqual([])
  const named = (built: Built) => new Set(built.syscalls.flatMap(({ names }) => names))
  expect([...named(with_)].filter((name) => !named(without).has(name))).toEqual(['openat2'])
})

test('each architecture has its own calls', () => {
  const arm = buildSeccomp({ ...target, architecture: 'arm64' })
  expect(arm.architectures).toEqual(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'])
  expect(rulesFor(arm, 'arch_prctl').map(({ action }) => action)).toEqual(['SCMP_ACT_ERRNO'])
})

test('a call that the profile does not know is said not to exist, so that libraries fall back', () => {
  const built = buildSeccomp(target)
  expect(built.defaultErrnoRet).toBe(38)
  for (const name of ['statmount', 'listmount', 'lsm_get_self_attr']) expect(rulesFor(built, name)).toEqual([])
})

test('no call is both allowed as it is and refused', () => {
  for (const capabilities of [new Set<string>(), new Set(['CAP_SYS_ADMIN']), new Set(['CAP_SYS_PTRACE'])]) {
    const built = buildSeccomp({ ...target, capabilities })
    const plain = built.syscalls.filter(({ args }) => args === undefined)
    const of = (wanted: boolean) =>
      plain.filter(({ action }) => (action === 'SCMP_ACT_ALLOW') === wanted).flatMap(({ names }) => names)
    const refused = new Set(of(false))
    expect(of(true).filter((name) => refused.has(name))).toEqual([])
  }
})
