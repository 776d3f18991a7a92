/**
 * C0 and C1 control characters, DEL, line separators, and the marks that reorder text on the screen: what a guest
 * could put into a label or an argument to write over our table or dress one name up as another.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const unsafe = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' }

/** Makes text that a guest may have made safe to print on a terminal: such characters become visible escapes. */
export function sanitize(text: string): string {
  return text.replace(unsafe, (character) => short[character] ?? escapeCode(character))
}

/** As {@link sanitize}, but lines stay lines. */
export function sanitizeLines(text: string): string {
  return text.split('\n').map(sanitize).join('\n')
}

function escapeCode(character: string): string {
  const code = character.charCodeAt(0)
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
