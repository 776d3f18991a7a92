type SequenceKind = 'escape' | 'csi' | 'osc' | 'dcs' | 'string'

/** One piece of what a program writes to a terminal: plain text, one control character, or a whole sequence. */
export interface Piece {
  readonly kind: 'text' | 'control' | SequenceKind
  /** All of it, as it came. */
  readonly whole: string
  /** Of a sequence: what stands between its introduction and its end; of `escape` and `csi` with the last letter. */
  readonly body: string
}

/** A longer sequence is taken out whole: nothing real comes near. */
const longestSequence = 4 * 1024 * 1024

const introducers: Readonly<Record<string, SequenceKind>> = {
  '[': 'csi',
  ']': 'osc',
  P: 'dcs',
  X: 'string',
  '^': 'string',
  _: 'string',
}
/** The same as one character of C1; UTF-8 writes it as C2 and this byte. */
const introducersOfC1: Readonly<Record<string, SequenceKind>> = {
  '\x9b': 'csi',
  '\x9d': 'osc',
  '\x90': 'dcs',
  '\x98': 'string',
  '\x9e': 'string',
  '\x9f': 'string',
}

const plain = /[^\x00-\x1f\x7f\xc2]+/y
const inString = /[^\x07\x18\x1a\x1b\x9c]+/y

/**
 * Splits output into pieces, after the table of states that terminals follow. Takes bytes as latin1 text, in portions of any
 * size: what is not whole yet is kept for the next one.
 */
export class EscapeParser {
  #kind: SequenceKind | null = null
  #whole = ''
  #body = ''
  #isTooLong = false
  /** A C2 in plain text, or an ESC in a string, whose next byte decides. */
  #held = ''
  readonly #emit: (piece: Piece) => void

  constructor(emit: (piece: Piece) => void) {
    this.#emit = emit
  }

  read(portion: string): void {
    const input = this.#held + portion
    this.#held = ''
    for (let at = 0; at < input.length; ) at = this.#step(input, at)
  }

  /** Answers where to go on. */
  #step(input: string, at: number): number {
    if (this.#kind === null) return this.#inText(input, at)
    if (this.#kind === 'escape') return this.#inEscape(input, at)
    if (this.#kind === 'csi') return this.#inCsi(input, at)
    return this.#inString(input, at)
  }

  #inText(input: string, at: number): number {
    const text = match(plain, input, at)
    if (text !== '') {
      this.#emit({ kind: 'text', whole: text, body: '' })
      return at + text.length
    }
    const character = input[at] ?? ''
    if (character === '\x1b') {
      this.#begin('escape', character)
      return at + 1
    }
    if (character !== '\xc2') {
      this.#emit({ kind: 'control', whole: character, body: '' })
      return at + 1
    }
    return this.#afterC2(input, at)
  }

  #afterC2(input: string, at: number): number {
    const pair = input.slice(at, at + 2)
    if (pair.length < 2) {
      this.#held = pair
      return at + 1
    }
    const second = pair[1] ?? ''
    const kind = introducersOfC1[second]
    if (kind !== undefined) this.#begin(kind, pair)
    else if (second >= '\x80' && second <= '\x9f') this.#emit({ kind: 'control', whole: pair, body: '' })
    else if (second < '\x80') {
      // Not UTF-8; what stands behind it is looked at by itself.
      this.#emit({ kind: 'text', whole: '\xc2', body: '' })
      return at + 1
    } else this.#emit({ kind: 'text', whole: pair, body: '' })
    return at + 2
  }

  #inEscape(input: string, at: number): number {
    const character = input[at] ?? ''
    const kind = this.#body === '' ? introducers[character] : undefined
    if (kind !== undefined) {
      this.#begin(kind, this.#whole + character)
      return at + 1
    }
    return this.#collect(character, at, (final) => final >= '\x30')
  }

  #inCsi(input: string, at: number): number {
    return this.#collect(input[at] ?? '', at, (final) => final >= '\x40')
  }

  /** One character of a sequence that ends with a letter. Control characters in it act as if they stood before it. */
  #collect(character: string, at: number, isFinal: (character: string) => boolean): number {
    if (character === '\x1b') this.#begin('escape', character)
    else if (character === '\x18' || character === '\x1a') this.#kind = null
    else if (character < '\x20' || character === '\x7f') this.#emit({ kind: 'control', whole: character, body: '' })
    else if (character > '\x7f') {
      this.#kind = null
      return at
    } else {
      this.#add(character)
      if (isFinal(character)) this.#end()
    }
    return at + 1
  }

  #inString(input: string, at: number): number {
    const text = match(inString, input, at)
    if (text !== '') {
      this.#add(text)
      return at + text.length
    }
    const character = input[at] ?? ''
    if (character === '\x1b') return this.#escapeInString(input, at)
    if (character === '\x18' || character === '\x1a') this.#kind = null
    else if (character === '\x07' && this.#kind === 'osc') this.#end(character)
    else if (character === '\x9c' && this.#whole.endsWith('\xc2')) {
      this.#body = this.#body.slice(0, -1)
      this.#end(character)
    } else this.#add(character)
    return at + 1
  }

  #escapeInString(input: string, at: number): number {
    const pair = input.slice(at, at + 2)
    if (pair.length < 2) {
      this.#held = pair
      return at + 1
    }
    if (pair === '\x1b\\') {
      this.#end(pair)
      return at + 2
    }
    // Cut off by another sequence.
    this.#begin('escape', '\x1b')
    return at + 1
  }

  #begin(kind: SequenceKind, introduction: string): void {
    this.#kind = kind
    this.#whole = introduction
    this.#body = ''
    this.#isTooLong = false
  }

  #add(text: string): void {
    if (this.#body.length + text.length > longestSequence) this.#isTooLong = true
    if (this.#isTooLong) return
    this.#whole += text
    this.#body += text
  }

  #end(terminator = ''): void {
    const kind = this.#kind
    this.#kind = null
    if (kind !== null && !this.#isTooLong) this.#emit({ kind, whole: this.#whole + terminator, body: this.#body })
  }
}

function match(expression: RegExp, input: string, at: number): string {
  expression.lastIndex = at
  return expression.exec(input)?.[0] ?? ''
}
