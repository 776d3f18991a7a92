import { expect, test } from 'vitest'
import {
  activeTab,
  chooseTab,
  closeTab,
  type DockLayout,
  type DockTab,
  emptyLayout,
  focusedPane,
  keepTabs,
  keyOf,
  moveLine,
  nameTab,
  openTab,
  placeTab,
  readLayout,
  shiftTab,
  splitTab,
  stepPane,
  stepTab,
  storedLayout,
} from './dock-layout.ts'

const sandboxId = '0123456789ab'
const terminal = (digit: string): DockTab => ({ kind: 'terminal', sandboxId, terminal: digit.repeat(12) })
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(terminal) as [DockTab, DockTab, DockTab, DockTab]
const names = new Map([a, b, c, d].map((tab, index) => [keyOf(tab), 'abcd'[index] ?? '']))

/** `ab* | c*>`: panes, the tab in front of each, and the pane with the focus. */
const drawn = (layout: DockLayout): string =>
  layout.panes
    .map(({ id, tabs, active }) => {
      const words = tabs.map((tab) => `${names.get(keyOf(tab))}${keyOf(tab) === active ? '*' : ''}`).join('')
      return id === focusedPane(layout)?.id ? `${words}>` : words
    })
    .join(' | ')

const open = (...tabs: readonly DockTab[]): DockLayout =>
  tabs.reduce((layout, tab) => openTab(layout, tab), emptyLayout)
const two = openTab(open(a, b), c, { beside: true })

test('a new tab comes behind the active one, and one that is there is only shown', () => {
  expect(drawn(open(a, b))).toBe('ab*>')
  expect(drawn(openTab(chooseTab(open(a, b), keyOf(a)), c))).toBe('ac*b>')
  expect(drawn(openTab(two, a))).toBe('a*b> | c*')
})

test('a tab that is closed gives its place to the next one, else to the one before, and the last takes its pane along', () => {
  expect(drawn(closeTab(chooseTab(open(a, b, c), keyOf(b)), keyOf(b)))).toBe('ac*>')
  expect(drawn(closeTab(open(a, b), keyOf(b)))).toBe('a*>')
  expect(drawn(closeTab(two, keyOf(c)))).toBe('ab*>')
  expect(drawn(closeTab(open(a), keyOf(a)))).toBe('')
  expect(activeTab(emptyLayout)).toBeUndefined()
})

test('a tab that is not in front closes without a change of what is', () => {
  expect(drawn(closeTab(two, keyOf(a)))).toBe('b* | c*>')
})

test('nothing changes, not even the object, where all stay', () => {
  expect(keepTabs(two, () => true)).toBe(two)
})

test('tabs and panes are stepped through in a ring', () => {
  expect(drawn(stepTab(open(a, b, c), 1))).toBe('a*bc>')
  expect(drawn(stepTab(open(a, b, c), -1))).toBe('ab*c>')
  expect(drawn(stepPane(two, 1))).toBe('ab*> | c*')
  expect(drawn(stepPane(two, -1))).toBe('ab*> | c*')
  expect(drawn(stepTab(emptyLayout, 1))).toBe('')
  expect(drawn(stepPane(emptyLayout, 1))).toBe('')
})

test('a tab is moved by keys along its pane and on into the next', () => {
  expect(drawn(shiftTab(two, keyOf(a), 1))).toBe('ba*> | c*')
  expect(drawn(shiftTab(two, keyOf(b), 1))).toBe('a* | b*c>')
  expect(drawn(shiftTab(two, keyOf(c), -1))).toBe('abc*>')
  expect(drawn(shiftTab(two, keyOf(a), -1))).toBe('ab* | c*>')
})

test('a tab is put anywhere, and an emptied pane goes', () => {
  const right = two.panes[1]?.id ?? -1
  expect(drawn(placeTab(two, keyOf(a), { pane: right, index: 1 }))).toBe('b* | ca*>')
  expect(drawn(placeTab(two, keyOf(c), { pane: two.panes[0]?.id ?? -1, index: 0 }))).toBe('c*ab>')
  expect(placeTab(two, keyOf(a), { pane: 99, index: 0 })).toBe(two)
})

test('a tab is given a pane of its own, and one that has it stays', () => {
  expect(drawn(splitTab(open(a, b, c), keyOf(c)))).toBe('ab* | c*>')
  expect(drawn(splitTab(open(a, b, c), keyOf(a)))).toBe('bc* | a*>')
  expect(splitTab(two, keyOf(c))).toBe(two)
})

test('the room of a pane is shared with the one that comes beside it, and the line between them moves within limits', () => {
  const shares = (layout: DockLayout): number[] => layout.panes.map(({ share }) => share)
  expect(shares(two)).toEqual([0.5, 0.5])
  expect(shares(moveLine(two, 0, 0.25))).toEqual([0.75, 0.25])
  expect(shares(moveLine(two, 0, 5))).toEqual([0.875, 0.125])
  expect(moveLine(two, 1, 0.1)).toBe(two)
})

test('a name stays with its tab, goes with it, and an empty one gives the own one back', () => {
  const named = nameTab(two, keyOf(a), 'server')
  expect(named.names).toEqual({ [keyOf(a)]: 'server' })
  expect(nameTab(named, keyOf(a), '').names).toEqual({})
  expect(closeTab(named, keyOf(a)).names).toEqual({})
  expect(closeTab(named, keyOf(b)).names).toEqual(named.names)
})

test('what is stored comes back as it was', () => {
  const layout = nameTab(stepPane(two, 1), keyOf(a), 'server')
  const again = readLayout(JSON.parse(JSON.stringify(storedLayout(layout))))
  expect(drawn(again)).toBe(drawn(layout))
  expect(again.names).toEqual(layout.names)
})

test.each([
  ['nothing', null],
  ['a text', 'x'],
  ['another shape', { panes: [{ tabs: [{ kind: 'terminal' }], active: '', share: 1 }] }],
])('%s that was stored is an empty dock', (_what, stored) => {
  expect(readLayout(stored)).toEqual(emptyLayout)
})

test('stored panes without tabs, tabs that are there twice and a front that is not there are put right', () => {
  const pane = (...tabs: readonly DockTab[]) => ({ tabs, active: 'nothing', share: 1 })
  const stored = { panes: [pane(), pane(a, a), pane(a, b)], focused: 7, direction: 'row', names: {} }
  expect(drawn(readLayout(stored))).toBe('a*> | b*')
})
