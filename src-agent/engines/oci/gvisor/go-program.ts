/** A function of a program, as Go's own table has it, which is there in programs without symbols too. */
export interface GoFunction {
  /** Where it is when the program runs. */
  readonly address: number
  readonly code: Buffer
}

/** Go 1.18 to 1.19, and since 1.20; the table has one form in both (src/runtime/symtab.go, pcHeader). */
const magics = [0xfffffff0, 0xfffffff1]

/** The functions of that name in a 64-bit ELF program that is not moved when it is loaded; null for one that is not there. */
export function findGoFunctions<K extends string>(elf: Buffer, names: readonly K[]): Record<K, GoFunction | null> {
  const found = Object.fromEntries(names.map((name) => [name, null])) as Record<K, GoFunction | null>
  const sections = readSections(elf)
  const [text, table] = [sections.get('.text'), sections.get('.gopclntab')]
  if (!text || !table || !magics.includes(elf.readUInt32LE(table.offset))) return found
  const field = (index: number) => Number(elf.readBigUInt64LE(table.offset + 8 + 8 * index))
  const [count, textStart, nameTable, functions] = [
    field(0),
    field(2),
    table.offset + field(3),
    table.offset + field(7),
  ]
  const wanted = names.map((name) => ({ name, bytes: Buffer.from(`${name}\0`) }))
  for (let index = 0; index < count; index += 1) {
    const entry = elf.readUInt32LE(functions + 8 * index)
    const nameAt = nameTable + elf.readInt32LE(functions + elf.readUInt32LE(functions + 8 * index + 4) + 4)
    const match = wanted.find(({ bytes }) => elf.compare(bytes, 0, bytes.length, nameAt, nameAt + bytes.length) === 0)
    if (!match) continue
    const address = textStart + entry
    const offset = address - text.address + text.offset
    const length = elf.readUInt32LE(functions + 8 * (index + 1)) - entry
    found[match.name] = { address, code: elf.subarray(offset, offset + length) }
  }
  return found
}

interface Section {
  readonly address: number
  readonly offset: number
}

function readSections(elf: Buffer): Map<string, Section> {
  const sections = new Map<string, Section>()
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46) return sections
  const [table, size, count, namesIndex] = [
    Number(elf.readBigUInt64LE(0x28)),
    elf.readUInt16LE(0x3a),
    elf.readUInt16LE(0x3c),
    elf.readUInt16LE(0x3e),
  ]
  const number = (at: number) => Number(elf.readBigUInt64LE(at))
  const names = number(table + namesIndex * size + 0x18)
  for (let at = table; at < table + count * size; at += size) {
    const nameAt = names + elf.readUInt32LE(at)
    const name = elf.toString('latin1', nameAt, elf.indexOf(0, nameAt))
    sections.set(name, { address: number(at + 0x10), offset: number(at + 0x18) })
  }
  return sections
}
