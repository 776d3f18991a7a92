import { expect, test } from 'vitest'
import { createBroadcast, type TypedScreen } from './broadcast.ts'

interface FakeScreen extends TypedScreen {
  readonly sent: string[]
}

/** Sends on what is typed, as xterm does, typed by a program too. */
function makeScreen(): FakeScreen {
  const listeners = new Set<(data: string) => void>()
  const sent: string[] = []
  return {
    sent,
    onData(listener) {
      listeners.add(listener)
      return { dispose: () => listeners.delete(listener) }
    },
    input(data) {
      sent.push(data)
      for (const listener of listeners) listener(data)
    },
  }
}

function three() {
  const broadcast = createBroadcast()
  const screens = [makeScreen(), makeScreen(), makeScreen()] as const
  const offs = screens.map((screen) => broadcast.add(screen))
  return { broadcast, screens, offs }
}

test('what is typed into one goes into each of the others once', () => {
  const { broadcast, screens } = three()
  broadcast.setOn(true)
  screens[1].input('ls\r')
  expect(screens.map(({ sent }) => sent)).toEqual([['ls\r'], ['ls\r'], ['ls\r']])
})

test('nothing is spread while it is off', () => {
  const { broadcast, screens } = three()
  screens[0].input('a')
  broadcast.setOn(true)
  broadcast.setOn(false)
  screens[0].input('b')
  expect(screens[1].sent).toEqual([])
})

test.each([
  ['its place', '\u001b[12;40R'],
  ['its kind', '\u001b[?1;2c'],
  ['the focus', '\u001b[I'],
])('what a screen says by itself stays its own: %s', (_what, data) => {
  const { broadcast, screens } = three()
  broadcast.setOn(true)
  screens[0].input(data)
  expect(screens[1].sent).toEqual([])
})

test('an arrow key is typed, and goes to all', () => {
  const { broadcast, screens } = three()
  broadcast.setOn(true)
  screens[0].input('\u001b[A')
  expect(screens[2].sent).toEqual(['\u001b[A'])
})

test('one that has left neither sends nor gets', () => {
  const { broadcast, screens, offs } = three()
  broadcast.setOn(true)
  offs[0]?.()
  screens[0].input('x')
  screens[1].input('y')
  expect(screens.map(({ sent }) => sent.join(''))).toEqual(['x', 'y', 'y'])
})
