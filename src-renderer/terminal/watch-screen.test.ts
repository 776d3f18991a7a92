import { Terminal } from '@xterm/headless'
import { beforeEach, expect, test } from 'vitest'
import { terminalsStore } from '../store/terminals-store.ts'
import { folderOf, type WatchedScreen, watchScreen } from './watch-screen.ts'

const id = 'cafecafecafe'
let news = true

async function write(text: string): Promise<void> {
  const terminal = new Terminal({ allowProposedApi: true })
  watchScreen(terminal as unknown as WatchedScreen, { id, isNews: () => news })
  await new Promise<void>((resolve) => terminal.write(text, resolve))
}
const title = (): string | undefined => terminalsStore.getState().titles.get(id)
const mark = (): string | undefined => terminalsStore.getState().marks.get(id)

beforeEach(() => {
  news = true
  terminalsStore.setState({ titles: new Map(), marks: new Map() })
})

test('what the guest calls its terminal is its name, without what could deceive', async () => {
  await write('\u001b]0;vi \u202enotes\u0007')
  expect(title()).toBe('vi notes')
  await write(`\u001b]2;${'long '.repeat(40)}\u0007`)
  expect(title()).toHaveLength(32)
})

test('the folder that a shell reports is its name where it gives no title', async () => {
  await write('\u001b]7;file://web/srv/my%20app/\u0007')
  expect(title()).toBe('my app')
})

test.each([
  ['file:///', '/'],
  ['https://joey.example/x', ''],
  ['file:///%', ''],
  ['nonsense', ''],
])('the place %s is shown as "%s"', (place, shown) => {
  expect(folderOf(place)).toBe(shown)
})

test('a bell is marked where it is news', async () => {
  await write('x\u0007')
  expect(mark()).toBe('bell')
})

test('a bell that is no news leaves no mark', async () => {
  news = false
  await write('x\u0007')
  expect(mark()).toBeUndefined()
})
