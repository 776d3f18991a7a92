import { constants } from 'node:os'
import * as z from 'zod'
import dockerDefault from '../../../resources/seccomp/docker-default.json' with { type: 'json' }

/**
 * Docker's default seccomp profile (source and licence in resources/README.md), brought to the form of the OCI
 * runtime specification: its conditions on architecture, capabilities and kernel are decided here.
 * Format: https://github.com/moby/profiles (seccomp), https://github.com/opencontainers/runtime-spec (config-linux, Seccomp).
 */
const Condition = z.object({
  arches: z.array(z.string()).optional(),
  caps: z.array(z.string()).optional(),
  minKernel: z.string().optional(),
})
const Rule = z.object({
  names: z.array(z.string()),
  action: z.string(),
  errnoRet: z.int().optional(),
  args: z
    .array(z.object({ index: z.int(), value: z.number(), valueTwo: z.number().optional(), op: z.string() }))
    .nullish(),
  includes: Condition.optional(),
  excludes: Condition.optional(),
})
const Profile = z.object({
  defaultAction: z.string(),
  defaultErrnoRet: z.int().optional(),
  archMap: z.array(z.object({ architecture: z.string(), subArchitectures: z.array(z.string()).nullable() })),
  syscalls: z.array(Rule),
})

/** What this profile file still allows and Docker has withdrawn since: io_uring (25.0), for its record of kernel holes. */
const withdrawn = new Set(['io_uring_enter', 'io_uring_register', 'io_uring_setup'])

/** System calls younger than the profile file that Docker allows by now; without them new C libraries take slow paths. */
const younger = ['cachestat', 'fchmodat2', 'futex_requeue', 'futex_wait', 'futex_wake', 'map_shadow_stack', 'mseal']

/** AF_VSOCK (40) speaks to a hypervisor past the network namespace: Docker refuses it since 23.0, and so do we. */
const socketsButVsock = [
  { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 40, valueTwo: 0, op: 'SCMP_CMP_NE' }] },
]

/** Calls of the kernel that no rule of the profile names: refused as well, whoever asks. */
const unnamed = [
  '_sysctl',
  'add_key',
  'afs_syscall',
  'create_module',
  'get_kernel_syms',
  'getpmsg',
  'kexec_file_load',
  'kexec_load',
  'keyctl',
  'migrate_pages',
  'move_pages',
  'nfsservctl',
  'pivot_root',
  'pkey_alloc',
  'pkey_free',
  'pkey_mprotect',
  'putpmsg',
  'query_module',
  'request_key',
  'security',
  'set_mempolicy_home_node',
  'swapoff',
  'swapon',
  'sysfs',
  'tuxcall',
  'uselib',
  'userfaultfd',
  'ustat',
  'vserver',
]

const { EPERM, ENOSYS } = constants.errno
/** The flags of `clone` that make namespaces, one bit each: what the profile's mask leaves out of its rule. */
const namespaceFlags = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]
const refusedForms = [
  ...namespaceFlags.map((flag) => ({
    names: ['clone'],
    action: 'SCMP_ACT_ERRNO',
    errnoRet: EPERM,
    args: [{ index: 0, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' }],
  })),
  {
    names: ['socket'],
    action: 'SCMP_ACT_ERRNO',
    errnoRet: EPERM,
    args: [{ index: 0, value: 40, valueTwo: 0, op: 'SCMP_CMP_EQ' }],
  },
]

/** Calls by which a file gets its mode, by the argument that is the mode. */
const modeCalls = [
  { names: ['chmod', 'fchmod', 'creat', 'mknod'], mode: 1 },
  { names: ['fchmodat', 'fchmodat2', 'mknodat'], mode: 2 },
] as const
/** The same of calls for which the mode has a meaning only with one of these flags. */
const openCalls = [
  { names: ['open'], flags: 1, mode: 2 },
  { names: ['openat'], flags: 2, mode: 3 },
] as const
const setUserId = 0o4000
/** O_CREAT, and what of O_TMPFILE is its own. */
const makingFlags = [0o100, 0o20000000] as const

const bits = (index: number, mask: number, value: number) => ({
  ...{ index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' },
})

/** Whatever makes or changes a file, but not to a set-user-id one. A call whose mode cannot be looked at does not exist. */
function withoutSetUserId(): SeccompRule[] {
  const allow = (names: readonly string[], args: SeccompArgument[]) => ({ names, action: 'SCMP_ACT_ALLOW', args })
  const refuse = (names: readonly string[], args: SeccompArgument[]) => ({
    ...{ names, action: 'SCMP_ACT_ERRNO', errnoRet: EPERM, args },
  })
  return [
    ...modeCalls.flatMap(({ names, mode }) => [
      allow(names, [bits(mode, setUserId, 0)]),
      refuse(names, [bits(mode, setUserId, setUserId)]),
    ]),
    ...openCalls.flatMap(({ names, flags, mode }) => [
      allow(names, [bits(flags, makingFlags[0] | makingFlags[1], 0)]),
      allow(names, [bits(mode, setUserId, 0)]),
      ...makingFlags.map((flag) => refuse(names, [bits(mode, setUserId, setUserId), bits(flags, flag, flag)])),
    ]),
  ]
}

const modeCallNames: ReadonlySet<string> = new Set([
  ...[...modeCalls, ...openCalls].flatMap(({ names }): readonly string[] => names),
  'openat2',
])

/** One comparison of an argument: `EQ` and `NE` with `value`; `MASKED_EQ` of what the mask `value` leaves with `valueTwo`. */
export interface SeccompArgument {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: string
}

export interface SeccompRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  /** All of them; left out: whatever they are. */
  readonly args?: readonly SeccompArgument[]
}

/** The `linux.seccomp` part of an OCI configuration. */
export interface SeccompProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet: number
  readonly architectures: readonly string[]
  readonly syscalls: readonly SeccompRule[]
}

export interface SeccompTarget {
  /** Go's names, as the profile has them: amd64, arm64. */
  readonly architecture: 'amd64' | 'arm64'
  readonly capabilities: ReadonlySet<string>
  /** Files may get the set-user-id bit. */
  readonly setsIds: boolean
  /** Major and minor, for the profile's `minKernel`. */
  readonly kernel: readonly [number, number]
}

type Rule = z.infer<typeof Rule>

/**
 * The `linux.seccomp` part of an OCI configuration. A call that the profile knows and does not allow is forbidden (EPERM);
 * one that it does not know, such as those of younger kernels, does not exist (ENOSYS), so that C libraries fall back to
 * what they used before. As Podman and runc have it (https://github.com/opencontainers/runc/pull/2750).
 */
export function buildSeccomp(target: SeccompTarget): SeccompProfile {
  const profile = Profile.parse(dockerDefault)
  const machine = target.architecture === 'amd64' ? 'SCMP_ARCH_X86_64' : 'SCMP_ARCH_AARCH64'
  const map = profile.archMap.find(({ architecture }) => architecture === machine)
  const syscalls = profile.syscalls.filter((rule) => applies(rule, target)).flatMap(toRuntimeRule)
  const all: SeccompRule[] = [...syscalls, { names: younger, action: 'SCMP_ACT_ALLOW' }, ...socketsButVsock]
  const opened = target.setsIds ? all : [...all.flatMap(withoutModeCalls), ...withoutSetUserId()]
  const named = new Set(opened.flatMap(({ names }) => names))
  const known = [...new Set([...profile.syscalls.flatMap(({ names }) => names), ...unnamed])]
  const refused = known.filter((name) => !named.has(name) && name !== 'openat2')
  const isCloneOpen = target.capabilities.has('CAP_SYS_ADMIN')
  return {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: ENOSYS,
    architectures: [machine, ...(map?.subArchitectures ?? [])],
    syscalls: [
      ...opened,
      ...refusedForms.filter(({ names }) => !isCloneOpen || !names.includes('clone')),
      { names: refused, action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
    ],
  }
}

function withoutModeCalls(rule: SeccompRule): SeccompRule[] {
  const names = rule.names.filter((name) => !modeCallNames.has(name))
  return names.length === 0 ? [] : [{ ...rule, names }]
}

function applies(rule: Rule, target: SeccompTarget): boolean {
  const { includes, excludes } = rule
  if (includes?.arches && !includes.arches.includes(target.architecture)) return false
  if (includes?.caps && !includes.caps.every((name) => target.capabilities.has(name))) return false
  if (includes?.minKernel && !isAtLeast(target.kernel, includes.minKernel)) return false
  if (excludes?.arches?.includes(target.architecture)) return false
  return !excludes?.caps?.some((name) => target.capabilities.has(name))
}

function isAtLeast([major, minor]: readonly [number, number], wanted: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

function toRuntimeRule(rule: Rule): SeccompRule[] {
  const names = rule.names.filter((name) => !withdrawn.has(name) && !(name === 'socket' && !rule.args?.length))
  if (names.length === 0) return []
  const args = (rule.args ?? []).map(({ valueTwo = 0, ...argument }) => ({ ...argument, valueTwo }))
  const errno = rule.errnoRet === undefined ? {} : { errnoRet: rule.errnoRet }
  return [{ names, action: rule.action, ...errno, ...(args.length > 0 ? { args } : {}) }]
}
