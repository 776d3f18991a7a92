import type { FilteredProcessor } from './compile.ts'
import { buildSeccomp, type SeccompProfile, type SeccompRule } from './profile.ts'

/**
 * What a container may call without any capability, and none of the tools needs: what looks into other processes, and what
 * makes a kernel do more than it should before it finds out that it may not.
 */
const unneeded: ReadonlySet<string> = new Set([
  ...['ptrace', 'process_vm_readv', 'process_vm_writev', 'kcmp', 'pidfd_getfd', 'process_madvise', 'process_mrelease'],
  ...['name_to_handle_at', 'fanotify_mark', 'modify_ldt', 'remap_file_pages', 'personality'],
  ...['add_key', 'keyctl', 'request_key', 'landlock_create_ruleset', 'memfd_secret', 'io_setup', 'io_submit'],
])
const EPERM = 1
/** AF_UNIX: sockets between a program's own processes. There is no network, so all others are only ways into the kernel. */
const localSocket = 1
/** AF_INET and AF_INET6, for a tool that speaks with others; in a network namespace of its own it has no other. */
const internetSockets = [2, 10]

/** What a tool may do that a filter of system calls knows of. */
export interface ToolRights {
  readonly capabilities: readonly string[]
  readonly opensSockets: boolean
}

/**
 * Of the profile that containers have, what a tool may call. With a capability go calls only where they are what it is held
 * for: SYS_ADMIN is held to write attributes, and opens no call.
 */
export function toolProfile(processor: FilteredProcessor, { capabilities, opensSockets }: ToolRights): SeccompProfile {
  const held = new Set(capabilities.includes('SYS_CHROOT') ? ['CAP_SYS_CHROOT'] : [])
  const architecture = processor === 'x64' ? 'amd64' : 'arm64'
  const profile = buildSeccomp({ architecture, capabilities: held, setsIds: true, kernel: [0, 0] })
  const keeps = (name: string) => !unneeded.has(name) && name !== 'socket'
  return {
    ...profile,
    syscalls: [
      ...profile.syscalls.map((rule) => ({ ...rule, names: rule.names.filter(keeps) })),
      ...[localSocket, ...(opensSockets ? internetSockets : [])].map(
        (family): SeccompRule => ({
          names: ['socket'],
          action: 'SCMP_ACT_ALLOW',
          args: [{ index: 0, value: family, valueTwo: 0, op: 'SCMP_CMP_EQ' }],
        }),
      ),
      { names: ['socket', ...unneeded], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
    ],
  }
}
