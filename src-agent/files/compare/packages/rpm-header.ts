/** What is read of one package. */
export interface RpmPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string | undefined
}

const tags = { name: 1000, version: 1001, release: 1002, epoch: 1003, architecture: 1022 }
const [integerType, stringType, translatedType] = [4, 6, 9]
const entrySize = 16
const introSize = 8
const mostEntries = 65_536

/**
 * The header of a package as rpm keeps it: how many entries, how many bytes of values, the entries, the values
 * (https://rpm-software-management.github.io/rpm/manual/format_header.html). Null where it does not fit together.
 */
export function parseRpmHeader(header: Buffer): RpmPackage | null {
  if (header.length < introSize) return null
  const count = header.readUInt32BE(0)
  const valuesAt = introSize + count * entrySize
  if (count > mostEntries || valuesAt > header.length) return null
  const values = header.subarray(valuesAt)
  const found = new Map<number, string>()
  for (let index = 0; index < count; index += 1) {
    const at = introSize + index * entrySize
    const [tag, type, offset] = [header.readUInt32BE(at), header.readUInt32BE(at + 4), header.readUInt32BE(at + 8)]
    if (!Object.values(tags).includes(tag)) continue
    const value = readValue(values, type, offset)
    if (value !== null) found.set(tag, value)
  }
  const [name, version, release] = [found.get(tags.name), found.get(tags.version), found.get(tags.release)]
  if (name === undefined || version === undefined) return null
  const epoch = found.get(tags.epoch)
  const whole = `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`
  return { name, version: whole, architecture: found.get(tags.architecture) }
}

function readValue(values: Buffer, type: number, offset: number): string | null {
  if (type === integerType) return offset + 4 <= values.length ? `${values.readUInt32BE(offset)}` : null
  if (type !== stringType && type !== translatedType) return null
  const end = values.indexOf(0, offset)
  return offset < values.length && end >= offset ? values.toString('utf8', offset, end) : null
}
