import { expect, test } from 'vitest'
import { findTerminalKey } from './terminal-keys.ts'

const key = (key: string, held: string, code = ''): Parameters<typeof findTerminalKey>[0] => ({
  ...{
    key,
    code,
    ctrlKey: held.includes('C'),
    shiftKey: held.includes('S'),
    altKey: held.includes('A'),
    metaKey: false,
  },
})

test.each([
  ['Ctrl+Shift+C copies', key('C', 'CS'), 'copy'],
  ['Ctrl+Shift+V pastes', key('V', 'CS'), 'paste'],
  ['Ctrl+Shift+F finds', key('F', 'CS'), 'find'],
  ['Ctrl and plus is larger', key('+', 'C'), 'larger'],
  ['Ctrl and minus is smaller', key('-', 'C'), 'smaller'],
  ['Ctrl+Shift+T opens another', key('T', 'CS'), 'newTerminal'],
  ['Ctrl+Shift+W closes it', key('W', 'CS'), 'closeTerminal'],
  ['Ctrl+Tab goes to the next', key('Tab', 'C'), 'nextTerminal'],
  ['Ctrl+Shift+Tab goes to the one before', key('Tab', 'CS'), 'previousTerminal'],
  ['Ctrl+Shift and up leaves it', key('ArrowUp', 'CS'), 'leave'],
  ['Ctrl+Shift+D opens another at the side', key('D', 'CS'), 'split'],
  ['Ctrl+Shift and right goes to the next pane', key('ArrowRight', 'CS'), 'nextPane'],
  ['Ctrl+Shift and page down moves the tab', key('PageDown', 'CS'), 'moveRight'],
  ['Ctrl+Shift+M gives it the whole window', key('M', 'CS'), 'full'],
  ['Ctrl+Shift+K clears it', key('K', 'CS'), 'clear'],
  ['Ctrl and the key left of 1 hides it, whatever that key is called', key('Dead', 'C', 'Backquote'), 'hide'],
  ['the key left of 1 alone is for the guest', key('`', '', 'Backquote'), null],
  ['Ctrl+W is for the guest', key('w', 'C'), null],
  ['Tab is for the guest', key('Tab', ''), null],
  ['Ctrl+C is an interrupt, for the guest', key('c', 'C'), null],
  ['Ctrl+K is for the guest', key('k', 'C'), null],
  ['Ctrl+Alt combinations are for the guest', key('v', 'CSA'), null],
  ['a letter is for the guest', key('c', ''), null],
])('%s', (_rule, event, expected) => {
  expect(findTerminalKey(event)).toBe(expected)
})
