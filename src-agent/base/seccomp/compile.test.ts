import { expect, test } from 'vitest'
import numbers from '../../../resources/seccomp/syscall-numbers.json' with { type: 'json' }
import { compileFilter, type FilteredProcessor } from './compile.ts'
import { buildSeccomp, type SeccompProfile } from './profile.ts'
import { toolProfile } from './tool-filter.ts'

const machines = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028 }
type Machine = keyof typeof machines
const processors: readonly FilteredProcessor[] = ['x64', 'arm64']

/** What the kernel would do: it runs the program on the number of the call, the machine and six arguments. */
function evaluate(program: Buffer, machine: Machine, call: number, args: readonly number[] = []): string {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(call, 0)
  data.writeUInt32LE(machines[machine], 4)
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(BigInt(value), 16 + index * 8)
  let loaded = 0
  for (let at = 0; at < program.length / 8; at += 1) {
    const value = program.readUInt32LE(at * 8 + 4)
    const jump = (isTrue: boolean) => program.readUInt8(at * 8 + (isTrue ? 2 : 3))
    const operation = program.readUInt16LE(at * 8)
    if (operation === 0x20) loaded = data.readUInt32LE(value)
    else if (operation === 0x54) loaded = (loaded & value) >>> 0
    else if (operation === 0x05) at += value
    else if (operation === 0x15) at += jump(loaded === value)
    else if (operation === 0x35) at += jump(loaded >= value)
    else if (operation === 0x06) return nameOf(value)
    else throw new Error(`The kernel would not take operation ${operation}.`)
  }
  throw new Error('The program runs over its end.')
}

function nameOf(verdict: number): string {
  if (verdict === 0x7fff0000) return 'allow'
  if (verdict === 0x80000000) return 'kill'
  return `error ${verdict & 0xffff}`
}

const numberOf = (processor: FilteredProcessor, name: string): number => {
  const number = Object.entries<number>(numbers[processor]).find(([each]) => each === name)?.[1]
  if (number === undefined) throw new Error(`There is no ${name} on ${processor}.`)
  return number
}

/** What the profile itself says of a call, read as the specification has it. */
function meaning({ syscalls, defaultErrnoRet }: SeccompProfile, name: string, args: readonly number[]): string {
  const fits = syscalls.filter(
    (rule) =>
      rule.names.includes(name) &&
      (rule.args ?? []).every(({ index, value, valueTwo = 0, op }) => {
        const given = BigInt(args[index] ?? 0)
        if (op === 'SCMP_CMP_EQ') return given === BigInt(value)
        if (op === 'SCMP_CMP_NE') return given !== BigInt(value)
        return (given & BigInt(value)) === BigInt(valueTwo)
      }),
  )
  const [first] = fits.toSorted((one, other) => (other.args?.length ?? 0) - (one.args?.length ?? 0))
  if (first === undefined) return `error ${defaultErrnoRet}`
  return first.action === 'SCMP_ACT_ALLOW' ? 'allow' : `error ${first.errnoRet}`
}

const rights = (capabilities: readonly string[], opensSockets = false) => ({ capabilities, opensSockets })

const someArguments = [
  [0, 0, 0, 0],
  [1, 1, 1, 1],
  [40, 0o4755, 0o4755, 0o4755],
  [0x1000_0000, 0o101, 0o4755, 0],
  [8, 0o100, 0o101, 0o4644],
  [0x2000_8000_0000, 2 ** 32, 2 ** 40, 2 ** 33 + 0o4000],
  [0x7e02_0000, 0xffff_ffff, 17, 3],
]

test.each(processors)('each call of %s gets what the profile says of it, whatever its arguments are', (processor) => {
  const architecture = processor === 'x64' ? 'amd64' : 'arm64'
  const profiles = [true, false].map((setsIds) =>
    buildSeccomp({ architecture, capabilities: new Set(['CAP_SYS_CHROOT']), setsIds, kernel: [6, 1] }),
  )
  for (const profile of [...profiles, toolProfile(processor, rights([]))]) {
    const program = compileFilter(profile, processor)
    for (const [name, number] of Object.entries(numbers[processor])) {
      for (const args of someArguments) {
        expect(evaluate(program, processor, number, args), `${name} ${args.join()}`).toBe(meaning(profile, name, args))
      }
    }
  }
})

test.each(processors)('calls of %s that nobody knows do not exist', (processor) => {
  const program = compileFilter(toolProfile(processor, rights([])), processor)
  for (const number of [600, 1000, 0x3fff_ffff]) expect(evaluate(program, processor, number)).toBe('error 38')
})

test.each<[FilteredProcessor, Machine]>([
  ['x64', 'i386'],
  ['x64', 'arm64'],
  ['arm64', 'arm'],
  ['arm64', 'x64'],
])('of %s a call as %s ends the process', (processor, machine) => {
  const program = compileFilter(toolProfile(processor, rights([])), processor)
  for (const number of [0, 1, 60, 231]) expect(evaluate(program, machine, number)).toBe('kill')
})

test('the smaller form of calls on x64 ends the process', () => {
  const program = compileFilter(toolProfile('x64', rights([])), 'x64')
  for (const number of [0x4000_0000, 0x4000_0001, 0xffff_ffff]) expect(evaluate(program, 'x64', number)).toBe('kill')
})

const forbidden = [
  ...['mount', 'umount2', 'pivot_root', 'move_mount', 'open_tree', 'fsopen', 'fsmount', 'mount_setattr', 'bpf'],
  ...['kexec_load', 'init_module', 'finit_module', 'delete_module', 'add_key', 'keyctl', 'request_key', 'unshare'],
  ...['setns', 'userfaultfd', 'perf_event_open', 'io_uring_setup', 'io_uring_enter', 'open_by_handle_at', 'ptrace'],
  ...['process_vm_readv', 'chroot', 'reboot', 'swapon', 'quotactl', 'fanotify_init', 'syslog', 'settimeofday', 'kcmp'],
]

test.each(processors)('a tool on %s is refused what none needs, and has what files take', (processor) => {
  const program = compileFilter(toolProfile(processor, rights(['SYS_ADMIN', 'MKNOD', 'DAC_READ_SEARCH'])), processor)
  const call = (name: string, ...args: number[]) => evaluate(program, processor, numberOf(processor, name), args)
  for (const name of forbidden) expect(call(name), name).toMatch(/^error (1|38)$/)
  for (const name of ['read', 'openat', 'mknodat', 'fchownat', 'lsetxattr', 'execve', 'prlimit64', 'fallocate', 'mmap'])
    expect(call(name), name).toBe('allow')
  expect(call('clone3')).toBe('error 38')
  expect(call('clone', 0x1200011)).toBe('allow')
  for (const flag of [0x20000, 0x10000000, 0x40000000]) expect(call('clone', flag)).toBe('error 1')
  expect(call('socket', 1, 1, 0)).toBe('allow')
  for (const family of [2, 10, 16, 17, 38, 40]) expect(call('socket', family, 3, 0)).toBe('error 1')
})

test('a tool that holds the capability to change its root may do that', () => {
  const program = compileFilter(toolProfile('x64', rights(['SYS_CHROOT'])), 'x64')
  expect(evaluate(program, 'x64', numberOf('x64', 'chroot'))).toBe('allow')
})

test.each(processors)(
  'a tool on %s that speaks with others opens sockets of the internet, and no other kind',
  (processor) => {
    const program = compileFilter(toolProfile(processor, rights([], true)), processor)
    const socket = (family: number) => evaluate(program, processor, numberOf(processor, 'socket'), [family, 1, 0])
    for (const family of [1, 2, 10]) expect(socket(family)).toBe('allow')
    for (const family of [16, 17, 38, 40]) expect(socket(family)).toBe('error 1')
    expect(evaluate(program, processor, numberOf(processor, 'ptrace'))).toBe('error 1')
  },
)
