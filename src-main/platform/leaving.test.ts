import { expect, test } from 'vitest'
import { createLeaving } from './leaving.ts'

function make() {
  const calls: string[] = []
  const later = (name: string) => () => {
    calls.push(name)
    return () => void calls.push(`no ${name}`)
  }
  return { calls, leaving: createLeaving({ exitLater: later('exit'), killLater: later('kill') }) }
}

test('an end that is begun twice is one end', () => {
  const { calls, leaving } = make()
  leaving.begin()
  leaving.begin()
  expect(calls).toEqual(['exit', 'kill'])
})

test('who stays is not ended, and can leave later', () => {
  const { calls, leaving } = make()
  leaving.takeBack()
  leaving.begin()
  leaving.takeBack()
  leaving.begin()
  expect(calls).toEqual(['exit', 'kill', 'no exit', 'no kill', 'exit', 'kill'])
})
