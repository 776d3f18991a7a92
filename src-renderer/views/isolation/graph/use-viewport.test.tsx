import { act, render, screen } from '@testing-library/react'
import { type ReactNode, useRef } from 'react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useViewport } from './use-viewport.ts'
import { fitAll } from './viewport.ts'

const picture = { width: 2000, height: 1000 }
const size = { width: 800, height: 600 }
const sizeOf = (side: 'width' | 'height') => ({ configurable: true, get: () => size[side] })
let resized = (): void => undefined
const before = globalThis.ResizeObserver

/** jsdom lays nothing out, so the picture's window is as large as the test says. */
beforeEach(() => {
  Object.defineProperty(SVGElement.prototype, 'clientWidth', sizeOf('width'))
  Object.defineProperty(SVGElement.prototype, 'clientHeight', sizeOf('height'))
  globalThis.ResizeObserver = class {
    constructor(onResize: ResizeObserverCallback) {
      resized = () => onResize([], this)
    }
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  }
})
afterEach(() => {
  globalThis.ResizeObserver = before
  for (const name of ['clientWidth', 'clientHeight']) Reflect.deleteProperty(SVGElement.prototype, name)
})

function Picture(): ReactNode {
  const svg = useRef<SVGSVGElement>(null)
  const { viewport, fit, zoom } = useViewport(svg, picture)
  return (
    <>
      <svg ref={svg} />
      <output>{JSON.stringify(viewport)}</output>
      <button type="button" onClick={fit}>
        Fit
      </button>
      <button type="button" onClick={() => zoom(2)}>
        Zoom
      </button>
    </>
  )
}

const shown = (): unknown => JSON.parse(screen.getByRole('status').textContent ?? '')
const press = (name: string): void => act(() => screen.getByRole('button', { name }).click())
const resize = (width: number, height: number): void =>
  act(() => {
    Object.assign(size, { width, height })
    resized()
  })

test('a picture that was fitted fits again when its window changes, and one that was moved stays', () => {
  render(<Picture />)
  press('Fit')
  resize(500, 400)
  expect(shown()).toEqual(fitAll({ width: 500, height: 400 }, picture))

  press('Zoom')
  const moved = shown()
  resize(900, 700)
  expect(shown()).toEqual(moved)
  press('Fit')
  expect(shown()).toEqual(fitAll({ width: 900, height: 700 }, picture))
})
