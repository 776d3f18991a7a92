/**
 * Names in a sandbox are bytes. As text they are UTF-8 where that is valid; every other byte is `\xHH`, and a backslash
 * is `\\`. So no two names have one text, and each text that a person can type for a name is the name.
 */
export function toPathText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    const byte = bytes[at] ?? 0
    if (length === 0) text += `\\x${byte.toString(16).padStart(2, '0')}`
    else if (byte === 0x5c) text += '\\\\'
    else text += decode(bytes.subarray(at, at + length))
    at += Math.max(1, length)
  }
  return text
}

/** The reverse of {@link toPathText}; null where the text is not one: a stray backslash, a zero byte, half a surrogate. */
export function fromPathText(text: string): Uint8Array | null {
  if (text.includes('\0')) return null
  const parts: Uint8Array[] = []
  for (const [whole, hex] of text.matchAll(/\\x([0-9a-f]{2})|\\\\|[^\\]+|\\/g)) {
    const part = hex === undefined ? readPlain(whole) : readByte(hex)
    if (part === null) return null
    parts.push(part)
  }
  return join(parts)
}

function readByte(hex: string): Uint8Array | null {
  return hex === '00' ? null : Uint8Array.of(Number.parseInt(hex, 16))
}

function readPlain(text: string): Uint8Array | null {
  if (text === '\\\\') return Uint8Array.of(0x5c)
  return text === '\\' ? null : encode(text)
}

/** How many bytes the character at `at` has; 0 where it is none (https://www.unicode.org/versions/latest/, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  if (length === 0 || at + length > bytes.length) return 0
  return decode(bytes.subarray(at, at + length)) === null ? 0 : length
}

/** By the language's own functions for URLs, which are exact about UTF-8: the contract runs where there is no other decoder. */
function decode(bytes: Uint8Array): string | null {
  try {
    return decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    return null
  }
}

/** Null where half of a surrogate pair stands alone. */
function encode(text: string): Uint8Array | null {
  try {
    const codes = encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|([^%])/g)
    return Uint8Array.from(codes, ([, hex, plain]) =>
      hex === undefined ? (plain ?? '').charCodeAt(0) : Number.parseInt(hex, 16),
    )
  } catch {
    return null
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
