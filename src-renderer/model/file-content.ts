/** What the bytes of a file are, as far as it matters for showing them. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly type: string }
  | { readonly kind: 'binary' }

/** Raster pictures only: an SVG is a document and is shown as the text that it is. */
const pictures: readonly (readonly [type: string, start: readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/bmp', [0x42, 0x4d]],
]

/** By the bytes, never by the name. `whole`: nothing of the file is missing at the end. */
export function readContent(bytes: Uint8Array, whole: boolean): Content {
  const picture = pictures.find(([, start]) => start.every((byte, index) => bytes[index] === byte))
  if (picture && bytes.length > 32) return { kind: 'picture', type: picture[0] }
  if (bytes.includes(0)) return { kind: 'binary' }
  const text = decode(bytes, whole)
  return text === null ? { kind: 'binary' } : { kind: 'text', text }
}

/** Where the end is cut off it may cut a character in two: up to three bytes are not held against it. */
function decode(bytes: Uint8Array, whole: boolean): string | null {
  for (let less = 0; less <= (whole ? 0 : 3); less += 1) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - less))
    } catch {
      // Not so; perhaps with one less.
    }
  }
  return null
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

export interface HexRow {
  readonly offset: string
  readonly hex: string
  readonly text: string
}

/** Sixteen bytes a row, as `hexdump -C` has them. */
export function toHexRows(bytes: Uint8Array): readonly HexRow[] {
  const rows: HexRow[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.subarray(at, at + 16)]
    rows.push({
      offset: at.toString(16).padStart(8, '0'),
      hex: part.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    })
  }
  return rows
}

/** The parts of an absolute path, each with the path to it. */
export function crumbsOf(path: string): readonly { readonly name: string; readonly path: string }[] {
  const names = path.split('/').filter(Boolean)
  return names.map((name, index) => ({ name, path: `/${names.slice(0, index + 1).join('/')}` }))
}

export function joinPath(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}
