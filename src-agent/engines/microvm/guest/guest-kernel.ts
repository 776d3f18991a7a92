import { type Sentence, sentence } from '#contract/sentence'
import { MalformedElf, readSymbol } from './elf.ts'

/** Where libkrunfw's kernel is linked to run; its `krunfw_get_kernel` says the same. */
const loadAddress = 0x100_0000
const pageSize = 4096
/** A Xen note of this type holds the 32-bit entry point of the PVH boot protocol. */
const pvhEntryNote = 18
const noteOffset = 64 + 2 * 56

/** Takes the Linux kernel out of libkrunfw, where it is the data of one symbol. */
export function extractKernel(library: Buffer): Buffer {
  const bundle = readSymbol(library, 'KERNEL_BUNDLE')
  // The symbol is one byte longer than the kernel: a terminating zero.
  const kernel = bundle.subarray(0, bundle.length - (bundle.length % pageSize))
  if (kernel.length < 1024 * 1024) throw new MalformedElf('It holds no kernel.')
  return kernel
}

/**
 * The raw kernel as the file that QEMU boots with `-kernel`: one segment, and the note that says where to enter. The
 * kernel carries that note in its own image, so that a kernel which cannot be entered so is refused here.
 */
export function wrapKernel(kernel: Buffer): Buffer {
  const entry = findEntry(kernel)
  if (entry === null) throw new MalformedElf('Its kernel cannot be entered by the PVH protocol.')
  const head = Buffer.alloc(pageSize)
  writeElfHeader(head, entry)
  const note = buildNote(entry)
  note.copy(head, noteOffset)
  writeSegment(head, 64, { type: 1, offset: pageSize, size: kernel.length, address: loadAddress })
  writeSegment(head, 64 + 56, { type: 4, offset: noteOffset, size: note.length, address: 0 })
  return Buffer.concat([head, kernel])
}

/** Why a file is no kernel that QEMU can enter by the PVH protocol, as `vmlinux` is; null where it is one. */
export function faultOfKernel(file: Buffer): Sentence | null {
  if (file.length < 64 || !file.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])))
    return sentence('kernel-no-elf')
  if (file.readUInt16LE(18) !== 62) return sentence('kernel-other-processor')
  return findEntry(file) === null ? sentence('kernel-without-entry') : null
}

/** What a kernel says of itself: `6.12.109`; null where it does not say it. */
export function readKernelVersion(kernel: Buffer): string | null {
  const at = kernel.indexOf('Linux version ')
  const text = at < 0 ? '' : kernel.toString('latin1', at, at + 100)
  return /^Linux version ([\w.+-]+) /.exec(text)?.[1] ?? null
}

function findEntry(kernel: Buffer): number | null {
  const mark = Buffer.concat([u32(pvhEntryNote), Buffer.from('Xen\0')])
  for (let at = kernel.indexOf(mark); at >= 8 && at + 16 <= kernel.length; at = kernel.indexOf(mark, at + 1)) {
    const size = kernel.readUInt32LE(at - 4)
    if (kernel.readUInt32LE(at - 8) !== 4 || (size !== 4 && size !== 8)) continue
    const entry = kernel.readUInt32LE(at + 8)
    if (entry >= loadAddress && entry < loadAddress + kernel.length) return entry
  }
  return null
}

function writeElfHeader(head: Buffer, entry: number): void {
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]).copy(head)
  head.writeUInt16LE(2, 16) // an executable
  head.writeUInt16LE(62, 18) // x86-64
  head.writeUInt32LE(1, 20)
  head.writeBigUInt64LE(BigInt(entry), 24)
  head.writeBigUInt64LE(64n, 32) // segments follow the header
  head.writeUInt16LE(64, 52)
  head.writeUInt16LE(56, 54)
  head.writeUInt16LE(2, 56)
}

interface Segment {
  readonly type: number
  readonly offset: number
  readonly size: number
  readonly address: number
}

function writeSegment(head: Buffer, at: number, { type, offset, size, address }: Segment): void {
  head.writeUInt32LE(type, at)
  head.writeUInt32LE(7, at + 4) // readable, writable, executable: the kernel protects itself
  head.writeBigUInt64LE(BigInt(offset), at + 8)
  head.writeBigUInt64LE(BigInt(address), at + 16)
  head.writeBigUInt64LE(BigInt(address), at + 24)
  head.writeBigUInt64LE(BigInt(size), at + 32)
  head.writeBigUInt64LE(BigInt(size), at + 40)
  head.writeBigUInt64LE(BigInt(type === 1 ? pageSize : 4), at + 48)
}

function buildNote(entry: number): Buffer {
  const description = Buffer.alloc(8)
  description.writeUInt32LE(entry)
  return Buffer.concat([u32(4), u32(8), u32(pvhEntryNote), Buffer.from('Xen\0'), description])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
