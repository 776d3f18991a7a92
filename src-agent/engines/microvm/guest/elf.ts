/** Reads from a file that may be damaged: every offset is checked, nothing is believed. */

const elfMagic = 0x464c457f
const loadSegment = 1
const dynamicSymbols = 11

/** Thrown for a file that is not what it should be; the caller says which file it was. */
export class MalformedElf extends Error {
  override readonly name = 'MalformedElf'
}

/** The bytes of a data symbol of a 64-bit little-endian shared object, as they stand in the file. */
export function readSymbol(file: Buffer, name: string): Buffer {
  if (file.length < 64 || file.readUInt32LE(0) !== elfMagic) throw new MalformedElf('This is no ELF file.')
  if (file[4] !== 2 || file[5] !== 1) throw new MalformedElf('This is no 64-bit little-endian ELF file.')
  const symbol = findSymbol(file, name)
  const offset = fileOffset(file, symbol.address, symbol.size)
  return slice(file, offset, symbol.size)
}

interface Table {
  readonly offset: number
  readonly entrySize: number
  readonly count: number
}

function findSymbol(file: Buffer, name: string): { address: number; size: number } {
  const sections = table(file, { offset: 0x28, entrySize: 0x3a, count: 0x3c }, 64)
  for (const section of entries(file, sections)) {
    if (section.readUInt32LE(4) !== dynamicSymbols) continue
    const strings = textsOf(file, sections, section.readUInt32LE(40))
    const symbols = slice(file, number64(section, 24), number64(section, 32))
    for (let at = 0; at + 24 <= symbols.length; at += 24) {
      if (text(strings, symbols.readUInt32LE(at)) !== name) continue
      return { address: number64(symbols, at + 8), size: number64(symbols, at + 16) }
    }
  }
  throw new MalformedElf(`It has no symbol ${name}.`)
}

function textsOf(file: Buffer, sections: Table, index: number): Buffer {
  if (index >= sections.count) throw new MalformedElf('A section names another that does not exist.')
  const section = slice(file, sections.offset + index * sections.entrySize, 64)
  return slice(file, number64(section, 24), number64(section, 32))
}

/** Where the loader would find this address in the file. */
function fileOffset(file: Buffer, address: number, size: number): number {
  const segments = table(file, { offset: 0x20, entrySize: 0x36, count: 0x38 }, 56)
  for (const segment of entries(file, segments)) {
    if (segment.readUInt32LE(0) !== loadSegment) continue
    const start = number64(segment, 16)
    if (address >= start && address + size <= start + number64(segment, 32)) {
      return number64(segment, 8) + (address - start)
    }
  }
  throw new MalformedElf('A symbol lies outside of what the file loads.')
}

function table(file: Buffer, at: { offset: number; entrySize: number; count: number }, least: number): Table {
  const entrySize = file.readUInt16LE(at.entrySize)
  const found = { offset: number64(file, at.offset), entrySize, count: file.readUInt16LE(at.count) }
  if (entrySize < least) throw new MalformedElf('Its tables have entries of an unknown size.')
  return found
}

function* entries(file: Buffer, { offset, entrySize, count }: Table): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) yield slice(file, offset + index * entrySize, entrySize)
}

function slice(file: Buffer, offset: number, size: number): Buffer {
  if (offset < 0 || size < 0 || offset + size > file.length) throw new MalformedElf('It ends before its own tables do.')
  return file.subarray(offset, offset + size)
}

function number64(buffer: Buffer, at: number): number {
  const value = Number(buffer.readBigUInt64LE(at))
  if (!Number.isSafeInteger(value)) throw new MalformedElf('It holds a number that is no size.')
  return value
}

function text(strings: Buffer, at: number): string {
  const end = strings.indexOf(0, at)
  return at < strings.length && end >= 0 ? strings.toString('latin1', at, end) : ''
}
