import { usageError } from '../command/usage-error.ts'

export const defaultDetachKeys = 'ctrl-p,ctrl-q'

const named: Readonly<Record<string, number>> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 }

/** Reads `ctrl-p,ctrl-q` or `ctrl-],d`: keys apart by commas. An empty text means that nothing detaches. */
export function parseDetachKeys(text: string): readonly number[] {
  if (text === '') return []
  return text.split(',').map((key) => {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1]?.toLowerCase()
    if (control !== undefined) return named[control] ?? control.charCodeAt(0) - 96
    if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0)
    throw usageError('usage-key', { text, key })
  })
}

/** What of the typed bytes goes to the guest, and whether the sequence is complete. */
export interface Typed {
  readonly forward: Buffer
  readonly detached: boolean
}

/**
 * Watches for the sequence over any split of the input. Keys that may be its start are held back until the next
 * one shows it; what turns out not to be the sequence goes to the guest whole and in order.
 */
export function createDetachFilter(keys: readonly number[]): (input: Uint8Array) => Typed {
  let held: number[] = []
  return (input) => {
    if (keys.length === 0) return { forward: Buffer.from(input), detached: false }
    const forward: number[] = []
    for (const byte of input) {
      held.push(byte)
      // Drop from the front what cannot be the start of the sequence any more.
      while (held.length > 0 && !startsSequence(keys, held)) forward.push(held.shift() ?? 0)
      if (held.length === keys.length) {
        held = []
        return { forward: Buffer.from(forward), detached: true }
      }
    }
    return { forward: Buffer.from(forward), detached: false }
  }
}

function startsSequence(keys: readonly number[], held: readonly number[]): boolean {
  return held.every((byte, index) => byte === keys[index])
}
