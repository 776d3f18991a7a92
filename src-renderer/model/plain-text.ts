const escapes = new RegExp(
  [
    '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?', // OSC, as in titles and links
    '\\u001b[PX^_][^\\u001b]*(?:\\u001b\\\\)?', // DCS, SOS, PM, APC
    '\\u001b\\[[0-?]*[ -/]*[@-~]', // CSI, as in colours
    '\\u001b[ -/]*[0-~]',
  ].join('|'),
  'g',
)
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/** Characters that turn the reading direction: a title with them can show what it is not. */
const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** A line of a guest's output as harmless text: no escape sequences, no control characters but tabs. */
export function toPlainText(text: string): string {
  return text.replace(escapes, '').replace(controls, '')
}

/** What a guest says its terminal is called, in one short harmless line. */
export function toSafeTitle(text: string, length = 32): string {
  const line = toPlainText(text).replace(directions, '').replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : line
}

/** Text for a terminal's input from the clipboard: control characters that could press keys are taken out. */
export function toSafePaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

export function countLines(text: string): number {
  return text.replace(/\n+$/, '').split('\n').length
}
