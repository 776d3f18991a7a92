import { fireEvent, screen } from '@testing-library/react'
import { type ReactNode, useState } from 'react'
import { beforeEach, expect, test } from 'vitest'
import { renderScreen } from '../../testing/render.tsx'
import { useFollowing } from './use-following.ts'

function Log(): ReactNode {
  const [following, setFollowing] = useState(true)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as the log itself
    <div role="log" data-following={following} tabIndex={0} {...useFollowing(setFollowing)} />
  )
}

const log = (): HTMLElement => screen.getByRole('log')
const follows = (): boolean => log().dataset['following'] === 'true'
/** jsdom lays nothing out: the box is told where it stands. */
const scrollTo = (scrollTop: number, scrollHeight = 1000): void => {
  for (const [name, value] of Object.entries({ scrollTop, scrollHeight, clientHeight: 200, clientWidth: 300 }))
    Object.defineProperty(log(), name, { configurable: true, value })
  fireEvent.scroll(log())
}

beforeEach(() => {
  renderScreen(<Log />)
  scrollTo(800)
})

test('the slowest wheel stops it, and what is still near the end does not start it again', () => {
  fireEvent.wheel(log(), { deltaY: -1 })
  expect(follows()).toBe(false)
  scrollTo(797)
  expect(follows()).toBe(false)
})

test('a drag of the scrollbar stops it until it is let go at the end', () => {
  fireEvent.pointerDown(log(), { offsetX: 310 })
  scrollTo(500)
  expect(follows()).toBe(false)
  scrollTo(800)
  fireEvent.pointerUp(log())
  scrollTo(780)
  expect(follows()).toBe(false)
  scrollTo(800)
  expect(follows()).toBe(true)
})

test('keys that look back stop it', () => {
  fireEvent.keyDown(log(), { key: 'PageUp' })
  expect(follows()).toBe(false)
})

test('lines that are dropped move the place, which is nobody looking back', () => {
  scrollTo(700, 900)
  expect(follows()).toBe(true)
})
