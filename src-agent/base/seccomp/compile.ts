import numbers from '../../../resources/seccomp/syscall-numbers.json' with { type: 'json' }
import type { SeccompArgument, SeccompProfile, SeccompRule } from './profile.ts'

/** Processors for which a filter can be made here. */
export type FilteredProcessor = keyof typeof numbers

/** As the kernel names them: include/uapi/linux/audit.h. */
const machines: Readonly<Record<FilteredProcessor, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 }
/** On x64 numbers from here on are those of another, smaller form of the same calls (x32). */
const otherForm = 0x4000_0000

/** Of linux/bpf_common.h and linux/seccomp.h. */
const code = { load: 0x20, jump: 0x05, ifEqual: 0x15, ifAtLeast: 0x35, and: 0x54, end: 0x06 } as const
const verdicts = { kill: 0x8000_0000, refuse: 0x0005_0000, allow: 0x7fff_0000 } as const
/** Of struct seccomp_data, on processors whose low halves come first. */
const at = { call: 0, machine: 4, low: (index: number) => 16 + index * 8, high: (index: number) => 20 + index * 8 }

interface Instruction {
  readonly code: number
  readonly ifTrue?: number
  readonly ifFalse?: number
  readonly value: number
}
type Block = readonly Instruction[]

/** Calls from a number on, up to the next part. */
interface Part {
  readonly from: number
  readonly block: Block
}

/**
 * The profile as a program for the kernel (a filter of classic BPF, seccomp(2)). A process of another architecture than the
 * processor is killed, also those that the profile lets a container have.
 */
export function compileFilter(profile: SeccompProfile, processor: FilteredProcessor): Buffer {
  const program = [
    { code: code.load, value: at.machine },
    { code: code.ifEqual, value: machines[processor], ifTrue: 1, ifFalse: 0 },
    end(verdicts.kill),
    { code: code.load, value: at.call },
    ...tree(partsOf(profile, processor)),
  ]
  return encode(program)
}

function partsOf(profile: SeccompProfile, processor: FilteredProcessor): Part[] {
  const otherwise = [end(verdicts.refuse | (profile.defaultErrnoRet ?? 1))]
  const known = Object.entries<number>(numbers[processor])
    .map(([name, number]) => ({ number, block: blockOf(profile, name, otherwise) }))
    .toSorted((one, other) => one.number - other.number)
  const parts: Part[] = [{ from: 0, block: otherwise }]
  const add = (from: number, block: Block): void => {
    const last = parts.at(-1)
    if (last?.from === from) parts.pop()
    const before = parts.at(-1)
    if (before === undefined || !isSame(before.block, block)) parts.push({ from, block })
  }
  for (const { number, block } of known) {
    add(number, block)
    add(number + 1, otherwise)
  }
  if (processor === 'x64') add(otherForm, [end(verdicts.kill)])
  return parts
}

function isSame(one: Block, other: Block): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** What is done with one call: the first rule whose arguments are the call's decides. */
function blockOf({ syscalls }: SeccompProfile, name: string, otherwise: Block): Block {
  const rules = syscalls.filter(({ names }) => names.includes(name))
  const certain = rules.find(({ args = [] }) => args.length === 0)
  const conditional = rules.filter(({ args = [] }) => args.length > 0)
  const last = certain === undefined ? otherwise : [end(verdictOf(certain))]
  return conditional.reduceRight<Block>((after, rule) => [...unless(rule, verdictOf(rule)), ...after], last)
}

/** Ends with the verdict where all arguments are the rule's, and goes on behind it where not. */
function unless({ args = [] }: SeccompRule, verdict: number): Block {
  return args.reduceRight<Block>((then, argument) => [...test(argument, then.length), ...then], [end(verdict)])
}

/** Passes over the next `length` instructions where the argument is another. Both halves are compared. */
function test({ index, value, valueTwo = 0, op }: SeccompArgument, length: number): Block {
  const [low, high] = halves(value)
  if (op === 'SCMP_CMP_EQ') return [...equal(at.high(index), high, length + 2), ...equal(at.low(index), low, length)]
  if (op === 'SCMP_CMP_MASKED_EQ') {
    const [wantedLow, wantedHigh] = halves(valueTwo)
    const inLow = masked(at.low(index), { mask: low, wanted: wantedLow, skip: length })
    return [...masked(at.high(index), { mask: high, wanted: wantedHigh, skip: length + inLow.length }), ...inLow]
  }
  if (op !== 'SCMP_CMP_NE') throw new Error(`unknown comparison ${op}`)
  return [
    { code: code.load, value: at.high(index) },
    { code: code.ifEqual, value: high, ifTrue: 0, ifFalse: 2 },
    { code: code.load, value: at.low(index) },
    { code: code.ifEqual, value: low, ifTrue: length, ifFalse: 0 },
  ]
}

function equal(offset: number, value: number, skip: number): Block {
  return [
    { code: code.load, value: offset },
    { code: code.ifEqual, value, ifTrue: 0, ifFalse: skip },
  ]
}

function masked(
  offset: number,
  { mask, wanted, skip }: { readonly mask: number; readonly wanted: number; readonly skip: number },
): Block {
  return [
    { code: code.load, value: offset },
    { code: code.and, value: mask },
    { code: code.ifEqual, value: wanted, ifTrue: 0, ifFalse: skip },
  ]
}

function halves(value: number): readonly [low: number, high: number] {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)]
}

function verdictOf({ action, errnoRet = 1 }: SeccompRule): number {
  if (action === 'SCMP_ACT_ALLOW') return verdicts.allow
  if (action === 'SCMP_ACT_ERRNO') return verdicts.refuse | errnoRet
  throw new Error(`unknown action ${action}`)
}

function end(value: number): Instruction {
  return { code: code.end, value: value >>> 0 }
}

/** Halves the parts by the number of the call, which is loaded. A long jump leads to the upper half, whatever lies between. */
function tree(parts: readonly Part[]): Block {
  const [first] = parts
  if (first === undefined || parts.length === 1) return first?.block ?? []
  const middle = Math.floor(parts.length / 2)
  const [lower, upper] = [tree(parts.slice(0, middle)), tree(parts.slice(middle))]
  return [
    { code: code.ifAtLeast, value: parts[middle]?.from ?? 0, ifTrue: 0, ifFalse: 1 },
    { code: code.jump, value: lower.length },
    ...lower,
    ...upper,
  ]
}

/** struct sock_filter, one after another. */
function encode(program: Block): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, { code: operation, ifTrue = 0, ifFalse = 0, value }] of program.entries()) {
    bytes.writeUInt16LE(operation, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4)
  }
  return bytes
}
