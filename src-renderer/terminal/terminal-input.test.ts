import type { Terminal } from '@xterm/xterm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startI18n } from '../copy/i18n.ts'
import { changeSettings } from '../store/settings.ts'
import { uiStore } from '../store/ui-store.ts'
import { makeFakeJoey } from '../testing/fake-joey.ts'
import { askAboutLink, copySelection, toWebAddress } from './terminal-input.ts'

startI18n()
const joey = makeFakeJoey({ calls: { 'app.openLink': () => ({}), 'app.copyText': () => ({}) } })
const question = () => uiStore.getState().question

beforeEach(() => {
  joey.requests.length = 0
  vi.stubGlobal('joey', joey)
})
afterEach(() => changeSettings({ copyOnSelect: false }))

test('a link opens after a question that shows its address, and not before', () => {
  askAboutLink('https://joey.example/a')
  expect(joey.requests).toEqual([])
  expect(question()).toMatchObject({ list: ['https://joey.example/a'], confirm: 'Open' })
  question()?.onConfirm()
  expect(joey.requests).toEqual([{ name: 'app.openLink', request: { address: 'https://joey.example/a' } }])
})

test('the address can be copied in its place', () => {
  askAboutLink('https://joey.example/a')
  question()?.other?.onSelect()
  expect(joey.requests).toEqual([{ name: 'app.copyText', request: { text: 'https://joey.example/a' } }])
})

test.each(['file:///etc/passwd', 'javascript:alert(1)', 'https://bank.example@evil.example/', 'nonsense'])(
  'what is no plain web address is never opened: %s',
  (address) => {
    askAboutLink(address)
    expect(question()).toMatchObject({ confirm: 'Copy address' })
    question()?.onConfirm()
    expect(joey.requests.map(({ name }) => name)).toEqual(['app.copyText'])
  },
)

test('a host in letters that pass for others is shown as what it is', () => {
  expect(toWebAddress('https://j\u043eey.example/')).toBe('https://xn--jey-sed.example/')
})

test.each([
  ['copied', true, 1],
  ['left alone unless that was chosen', false, 0],
])('what is selected is %s when the mouse is let go', (_what, copyOnSelect, count) => {
  changeSettings({ copyOnSelect })
  const host = document.createElement('div')
  copySelection(host, { hasSelection: () => true, getSelection: () => 'abc' } as Terminal)
  host.dispatchEvent(new MouseEvent('mouseup'))
  expect(joey.requests).toHaveLength(count)
})
