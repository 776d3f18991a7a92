import { expect, test } from 'vitest'
import { createScreenWatch } from './screen.ts'

const leave = '\x1b[?1049l'

function restoreAfter(...pieces: string[]): string {
  const watch = createScreenWatch()
  for (const piece of pieces) watch.see(Buffer.from(piece))
  return watch.restore()
}

test('the alternate screen is left only where the guest was on it', () => {
  expect(restoreAfter('plain')).not.toContain(leave)
  expect(restoreAfter('\x1b[?1049h editor')).toContain(leave)
  expect(restoreAfter('\x1b[?1049h editor \x1b[?1049l')).not.toContain(leave)
})

test('a sequence that is split over frames is seen', () => {
  expect(restoreAfter('text\x1b[?10', '49h')).toContain(leave)
  expect(restoreAfter('\x1b', '[', '?', '1', '0', '4', '9', 'h')).toContain(leave)
})

test('mouse, paste mode, cursor and colours are always calmed', () => {
  const restored = restoreAfter('x')
  for (const sequence of ['\x1b[?1000l', '\x1b[?2004l', '\x1b[?25h', '\x1b[0m']) expect(restored).toContain(sequence)
})
