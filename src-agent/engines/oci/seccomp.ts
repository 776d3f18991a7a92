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

export interface SeccompTarget {
  /** Go's names, as the profile has them: amd64, arm64. */
  readonly architecture: 'amd64' | 'arm64'
  readonly capabilities: ReadonlySet<string>
  /** Major and minor, for the profile's `minKernel`. */
  readonly kernel: readonly [number, number]
}

type Rule = z.infer<typeof Rule>

/** The `linux.seccomp` part of an OCI configuration. */
export function buildSeccomp(target: SeccompTarget): Record<string, unknown> {
  const profile = Profile.parse(dockerDefault)
  const machine = target.architecture === 'amd64' ? 'SCMP_ARCH_X86_64' : 'SCMP_ARCH_AARCH64'
  const map = profile.archMap.find(({ architecture }) => architecture === machine)
  const syscalls = profile.syscalls.filter((rule) => applies(rule, target)).flatMap(toRuntimeRule)
  return {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: profile.defaultErrnoRet ?? 1,
    architectures: [machine, ...(map?.subArchitectures ?? [])],
    syscalls: [...syscalls, { names: younger, action: 'SCMP_ACT_ALLOW' }, ...socketsButVsock],
  }
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

function toRuntimeRule(rule: Rule): Record<string, unknown>[] {
  const names = rule.names.filter((name) => !withdrawn.has(name) && !(name === 'socket' && !rule.args?.length))
  if (names.length === 0) return []
  const args = (rule.args ?? []).map((argument) => ({ valueTwo: 0, ...argument }))
  const errno = rule.errnoRet === undefined ? {} : { errnoRet: rule.errnoRet }
  return [{ names, action: rule.action, ...errno, ...(args.length > 0 ? { args } : {}) }]
}
