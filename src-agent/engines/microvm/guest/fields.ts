/** Structured payloads: `u16 tag | u16 zero | u32 length | bytes`, one after the other. */

const headerBytes = 8

/** The guest sent what no joey-init sends. The channel that it came by is closed. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
}

export type FieldValue = number | bigint | boolean | string | Uint8Array
/** Tags may come more than once, in an order that means something. */
export type FieldList = readonly (readonly [tag: number, value: FieldValue])[]

export function encodeFields(fields: FieldList): Buffer {
  return Buffer.concat(
    fields.flatMap(([tag, value]) => {
      const bytes = encodeValue(value)
      const header = Buffer.alloc(headerBytes)
      header.writeUInt16LE(tag, 0)
      header.writeUInt32LE(bytes.length, 4)
      return [header, bytes]
    }),
  )
}

function encodeValue(value: FieldValue): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return value
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** How to read the fields of one message: name by tag. `texts` collects a field that comes several times. */
export type FieldSpec = Readonly<Record<number, readonly [name: string, kind: 'number' | 'text' | 'texts']>>

/** The known fields as a plain object, still to be parsed by a schema; the last one of a tag counts. */
export function decodeFields(payload: Buffer, spec: FieldSpec): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const { tag, bytes } of eachField(payload)) {
    const [name, kind] = spec[tag] ?? []
    if (name === undefined) continue
    if (kind === 'number') result[name] = readNumber(bytes)
    else if (kind === 'text') result[name] = bytes.toString('utf8')
    else result[name] = [...((result[name] as string[] | undefined) ?? []), bytes.toString('utf8')]
  }
  return result
}

function* eachField(payload: Buffer): Generator<{ tag: number; bytes: Buffer }> {
  for (let at = 0; at < payload.length; ) {
    if (payload.length - at < headerBytes) throw new ProtocolViolation('A field is cut off.')
    const length = payload.readUInt32LE(at + 4)
    if (payload.readUInt16LE(at + 2) !== 0 || length > payload.length - at - headerBytes) {
      throw new ProtocolViolation('A field is longer than its message.')
    }
    const start = at + headerBytes
    yield { tag: payload.readUInt16LE(at), bytes: payload.subarray(start, start + length) }
    at = start + length
  }
}

function readNumber(bytes: Buffer): number {
  const value = bytes.length === 8 ? Number(bytes.readBigUInt64LE()) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new ProtocolViolation('A field is no number.')
  return value
}
