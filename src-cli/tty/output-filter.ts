import { EscapeParser, type Piece } from './escape-parser.ts'

/**
 * What of a guest's output reaches the terminal of the person:
 * - `lines`: text and colours. For logs, which are read and not lived in.
 * - `quiet`: a terminal's output without what the terminal would answer, and without the clipboard. For output that was written
 *   before somebody looked, or by a program that has no terminal to read an answer from.
 * - `session`: the same, but fixed questions (which terminal is this, where is the cursor) pass, because line editors ask them.
 */
export type OutputRule = 'lines' | 'quiet' | 'session'

export interface OutputFilter {
  /** Answers what of the bytes may be shown; a sequence that is not whole yet is kept back. */
  pass(bytes: Uint8Array | string): Buffer
}

/** A filter for one stream. Sequences may be cut anywhere between two calls. */
export function createOutputFilter(rule: OutputRule): OutputFilter {
  let shown: string[] = []
  const show = rule === 'lines' ? createLineRule() : (piece: Piece) => showInTerminal(piece, rule)
  const parser = new EscapeParser((piece) => shown.push(show(piece)))
  return {
    pass(bytes) {
      shown = []
      const buffer =
        typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      parser.read(buffer.toString('latin1'))
      return Buffer.from(shown.join(''), 'latin1')
    },
  }
}

/** A carriage return alone would write over what stands in the line, so it ends the line. */
function createLineRule(): (piece: Piece) => string {
  let returned = false
  return (piece) => {
    const wasReturned = returned
    returned = piece.whole === '\r'
    if (returned) return ''
    const text = showInLines(piece)
    return wasReturned && text !== '\n' ? `\n${text}` : text
  }
}

function showInLines({ kind, whole, body }: Piece): string {
  if (kind === 'text') return whole
  if (kind === 'control') return whole === '\n' || whole === '\t' ? whole : ''
  return kind === 'csi' && /^[\d;:]*m$/.test(body) ? whole : ''
}

function showInTerminal({ kind, whole, body }: Piece, rule: 'quiet' | 'session'): string {
  const answer = answers[kind](body, whole)
  if (answer === 'none') return whole
  return answer === 'fixed' && rule === 'session' ? whole : ''
}

/**
 * What a sequence makes a terminal do: nothing that comes back; a fixed answer, of which the guest chooses no letter; or
 * something that reads or sets the clipboard, answers with words that the guest has put there, or hands a string on to a
 * terminal around this one, unseen.
 */
type Answer = 'none' | 'fixed' | 'never'

/** Without its beginning the end of a string means nothing. */
const escapes: Readonly<Record<string, Answer>> = { Z: 'fixed', '\\': 'never' }

const answers: Readonly<Record<Piece['kind'], (body: string, whole: string) => Answer>> = {
  text: () => 'none',
  control: (_body, whole) => (whole === '\x05' || whole === '\xc2\x9a' ? 'fixed' : 'none'),
  escape: (body) => escapes[body] ?? 'none',
  csi: answerOfCsi,
  osc: answerOfOsc,
  // Pictures in sixels only. Others ask for settings with words of the guest in the answer, or hand on to tmux and screen.
  dcs: (body) => (/^[\d;]*q/.test(body) ? 'none' : 'never'),
  string: () => 'never',
}

function answerOfCsi(body: string): Answer {
  // Device attributes, status and cursor, modes, keyboard, parameters, version of the terminal.
  if (/^([>=?]?[\d;]*c|\??[\d;]*n|\??[\d;]*\$p|\?u|[\d;]*x|>[\d;]*q)$/.test(body)) return 'fixed'
  // Sizes of the window and the screen; with 20 and 21 its titles, which the guest may have set.
  if (/^1[1-9](;[\d;]*)?t$/.test(body)) return 'fixed'
  if (/^2[01](;[\d;]*)?t$/.test(body)) return 'never'
  // Check sums of what is on the screen, state reports, and the pointer's place.
  return /^[?\d;]*(\*y|\$w|\$u|&u|'\|)$/.test(body) ? 'never' : 'none'
}

function answerOfOsc(body: string): Answer {
  const [number = ''] = body.split(';', 1)
  // Clipboards of xterm, kitty and iTerm (which also writes files), fonts.
  if (['50', '52', '1337', '5522'].includes(number)) return 'never'
  return /^(4|5|1\d|21|22)$/.test(number) && body.includes('?') ? 'fixed' : 'none'
}
