import { expect, test } from 'vitest'
import { buildSeccomp } from '../../engines/oci/seccomp.ts'

const target = { architecture: 'amd64', capabilities: new Set(['CAP_SYS_CHROOT']), kernel: [6, 1] } as const
interface Built {
  readonly architectures: string[]
  readonly syscalls: {
    names: string[]
    action: string
    errnoRet?: number
    args?: { index: number; value: number; op: string }[]
  }[]
}
const rulesFor = (built: Built, name: string) => built.syscalls.filter(({ names }) => names.includes(name))

test('what no capability grants is not allowed', () => {
  const built = buildSeccomp(target) as unknown as Built
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
    expect(rulesFor(built, name), name).toEqual([])
  }
})

test('a held capability opens its calls', () => {
  const built = buildSeccomp(target) as unknown as Built
  expect(rulesFor(built, 'chroot')).toHaveLength(1)
})

test('clone is allowed without namespaces only, and clone3 says it does not exist', () => {
  const built = buildSeccomp(target) as unknown as Built
  expect(rulesFor(built, 'clone')).toMatchObject([
    { args: [{ index: 0, value: 0x7e020000, op: 'SCMP_CMP_MASKED_EQ' }] },
  ])
  expect(rulesFor(built, 'clone3')).toMatchObject([{ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }])
})

test('sockets to a hypervisor are refused', () => {
  const built = buildSeccomp(target) as unknown as Built
  expect(rulesFor(built, 'socket')).toEqual([
    { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 40, valueTwo: 0, op: 'SCMP_CMP_NE' }] },
  ])
})

test('each architecture has its own calls', () => {
  const arm = buildSeccomp({ ...target, architecture: 'arm64' }) as unknown as Built
  expect(arm.architectures).toEqual(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'])
  expect(rulesFor(arm, 'arch_prctl')).toEqual([])
})
