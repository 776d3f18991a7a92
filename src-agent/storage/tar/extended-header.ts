import { damaged } from './archive-refusals.ts'

/** Values by key. Keys are latin1 text. */
export type ExtendedHeader = Map<string, Buffer>

/** `LENGTH KEY=VALUE\n`, where the length counts itself, one after the other. */
export function parseExtended(body: Buffer): ExtendedHeader {
  const found: ExtendedHeader = new Map()
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const digits = space < 0 ? '' : body.toString('latin1', at, space)
    if (!/^[1-9][0-9]{0,8}$/.test(digits)) throw damaged('an extended header has no length')
    const end = at + Number(digits)
    const equals = body.indexOf(0x3d, space)
    if (end > body.length || body[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw damaged('an extended header is broken')
    }
    found.set(body.toString('latin1', space + 1, equals), Buffer.from(body.subarray(equals + 1, end - 1)))
    at = end
  }
  return found
}
