import { describe, expect, it } from 'vitest'
import { createConcurrencyMeter, createLoadWindows } from './load-windows.ts'

describe('the windows of a load', () => {
  it('average over the seconds since the first figure, until the window is full', () => {
    const windows = createLoadWindows(60_000, 10)
    windows.record(10, 0)
    expect(windows.load(0)).toEqual({ stable: 10, panic: 10 })
    windows.record(20, 1000)
    expect(windows.load(1999)).toEqual({ stable: 15, panic: 15 })
  })

  it('weigh a second without a figure as nothing', () => {
    const windows = createLoadWindows(60_000, 10)
    windows.record(12, 0)
    expect(windows.load(3000)).toEqual({ stable: 3, panic: 3 })
  })

  it('let the short window forget sooner than the long one', () => {
    const windows = createLoadWindows(60_000, 10)
    for (let second = 0; second < 60; second += 1) windows.record(second < 54 ? 10 : 1, second * 1000)
    expect(windows.load(59_000)).toEqual({ stable: 9.1, panic: 1 })
  })

  it('are empty after a window without anything under way', () => {
    const windows = createLoadWindows(60_000, 10)
    windows.record(5, 0)
    expect(windows.isEmpty(59_999)).toBe(false)
    expect(windows.isEmpty(60_000)).toBe(true)
    expect(windows.load(60_000)).toEqual({ stable: 0, panic: 0 })
  })
})

describe('the meter of what is under way', () => {
  it('weighs by time', () => {
    const meter = createConcurrencyMeter(0)
    meter.add(1, 0)
    meter.add(1, 500)
    meter.add(-1, 750)
    expect(meter.read(1000)).toBe(1.25)
    expect(meter.now).toBe(1)
    expect(meter.read(2000)).toBe(1)
  })
})
