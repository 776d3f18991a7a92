import { expect, test } from 'vitest'
import { findShortcut } from './shortcuts.ts'

const none = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
const ctrl = { ...none, ctrlKey: true }

test.each([
  ['a slash searches', { ...none, key: '/' }, 'page', 'search'],
  ['n makes a new one', { ...none, key: 'n' }, 'page', 'create'],
  ['Ctrl+K opens the palette', { ...ctrl, key: 'k' }, 'page', 'palette'],
  ['Ctrl+K opens it from a text field', { ...ctrl, key: 'k' }, 'text', 'palette'],
  ['Ctrl+K in a terminal is for the guest', { ...ctrl, key: 'k' }, 'terminal', null],
  ['Ctrl+Shift+P works in a terminal', { ...ctrl, shiftKey: true, key: 'P' }, 'terminal', 'palette'],
  ['letters in a text field are text', { ...none, key: 'n' }, 'text', null],
  ['letters in a terminal are for the guest', { ...none, key: '/' }, 'terminal', null],
  ['letters beside a terminal do nothing', { ...none, key: 'n' }, 'own', null],
  ['a question mark shows the keys', { ...none, shiftKey: true, key: '?' }, 'page', 'keys'],
  ['Ctrl and the key left of 1 leads to the terminals', { ...ctrl, key: '`', code: 'Backquote' }, 'page', 'dock'],
  ['it does from a text field too', { ...ctrl, key: '`', code: 'Backquote' }, 'text', 'dock'],
  ['Ctrl+N is not ours', { ...ctrl, key: 'n' }, 'page', null],
] as const)('%s', (_rule, event, place, shortcut) => {
  expect(findShortcut(event, place)).toBe(shortcut)
})
