import { describe, expect, it } from 'vitest'
import { createDecider, type Load, type ScalingRule, tickMs } from './decider.ts'

/*
 * The numbers are those of Knative's own table tests (autoscaler_test.go): what it decides, this has to decide. There an instance
 * takes a third more than is aimed at.
 */
const utilisation = 0.75
const windowMs = 60_000

function rule(target: number, burst: number, more: Partial<ScalingRule> = {}): ScalingRule {
  const usual = { panicThreshold: 2, maxUpRate: 10, maxDownRate: 10, activationScale: 1 }
  return {
    ...{ target, burst, total: target / utilisation, ...usual },
    ...{ stableWindowMs: windowMs, downDelayMs: 0, reachable: true },
    ...more,
  }
}
const load = (stable: number, panic = stable): Load => ({ stable, panic })
/** As their tests: floor of what there is room for. */
const excess = (target: number, burst: number, panic: number, ready: number): number =>
  Math.floor((target / utilisation) * ready - burst - panic)

/** A decider that was in panic for five seconds, and wanted so many. */
function inPanic(most: number) {
  return createDecider(most, -5000)
}

describe('one decision', () => {
  it.each([
    { what: 'nothing is needed without load', rule: rule(10, 100), load: load(0), ready: 1, desired: 0 },
    { what: 'one is enough without a bound of bursts', rule: rule(181, -1), load: load(21, 26), ready: 1, desired: 1 },
    { what: 'as many as the load needs', rule: rule(10, 0), load: load(50, 49), ready: 1, desired: 5 },
    { what: 'the same where they are there', rule: rule(10, 100), load: load(50), ready: 5, desired: 5 },
    {
      what: 'one more at least, at a small rate',
      rule: rule(1, 1982, { maxUpRate: 1.1 }),
      load: load(3, 3.1),
      ready: 2,
      desired: 3,
    },
    {
      what: 'no faster down than its rate',
      rule: rule(10, 1982, { maxDownRate: 1.1 }),
      load: load(1),
      ready: 100,
      desired: 90,
    },
    {
      what: 'at once down where no request can come',
      rule: rule(10, 1982, { maxDownRate: 1.1, reachable: false }),
      load: load(1),
      ready: 100,
      desired: 1,
    },
    { what: 'the short window decides in panic', rule: rule(10, 84), load: load(50, 100), ready: 1, desired: 10 },
    { what: 'ten times at most', rule: rule(10, 61), load: load(1000, 1001), ready: 1, desired: 10 },
    { what: 'ten times one where there is none', rule: rule(10, 81), load: load(1000, 888), ready: 0, desired: 10 },
    { what: 'a tenth at least', rule: rule(10, 61), load: load(1), ready: 100, desired: 10 },
  ])('$what', ({ rule: each, load: now, ready, desired }) => {
    const decision = createDecider(1, 0).decide(each, now, ready, 0)
    const { burst } = each
    const room = burst === 0 ? 0 : burst < 0 ? -1 : excess(each.target, burst, now.panic, ready)
    expect(decision).toMatchObject({ desired, excessBurst: room })
  })

  it('takes the long window in panic where that wants more', () => {
    expect(inPanic(5).decide(rule(1, 100), load(50, 30), 5, 0).desired).toBe(50)
    expect(inPanic(5).decide(rule(1, 100), load(20, 30), 5, 0).desired).toBe(30)
  })

  it('begins with the activation scale, and only where there is something to do', () => {
    const decider = createDecider(1, 0)
    const two = rule(10, 75, { activationScale: 2 })
    expect(decider.decide(two, load(0), 1, 0).desired).toBe(0)
    expect(decider.decide(two, load(1, 0), 1, 0).desired).toBe(2)
  })
})

describe('over time', () => {
  it('grows with exponential load, and stays', () => {
    const decider = createDecider(1, 0)
    const one = rule(1, 101)
    const steps = [
      { load: 6, ready: 1, at: 0 },
      { load: 36, ready: 6, at: 0 },
      { load: 216, ready: 36, at: 1000 },
      { load: 1296, ready: 216, at: 1000 },
      { load: 1296, ready: 1296, at: 2000 },
    ]
    for (const { load: now, ready, at } of steps)
      expect(decider.decide(one, load(now), ready, at)).toMatchObject({ desired: now, panics: true })
  })

  it('takes nothing away in panic, and leaves it a long window after the last peak', () => {
    const decider = createDecider(1, 0)
    const ten = rule(10, 93)
    expect(decider.decide(ten, load(100), 1, 0).desired).toBe(10)
    expect(decider.decide(ten, load(100, 1000), 10, 0).desired).toBe(100)
    expect(decider.decide(ten, load(1), 10, 30_000).desired).toBe(100)
    expect(decider.decide(ten, load(1), 10, 61_000)).toMatchObject({ desired: 1, panics: false })
  })

  it('leaves panic though the load rises, where it rises slowly', () => {
    const decider = createDecider(1, 0)
    const one = rule(1, 98)
    expect(decider.decide(one, load(11, 25), 10, 0)).toMatchObject({ desired: 25, panics: true })
    expect(decider.decide(one, load(30, 41), 40, windowMs / 2).desired).toBe(41)
    expect(decider.decide(one, load(50, 56), 55, windowMs + tickMs)).toMatchObject({ desired: 50, panics: false })
  })

  it('stays in panic with each further peak', () => {
    const decider = createDecider(1, 0)
    const one = rule(1, 98)
    decider.decide(one, load(11, 25), 10, 0)
    expect(decider.decide(one, load(30, 80), 40, windowMs / 2).desired).toBe(80)
    expect(decider.decide(one, load(1), 80, windowMs + tickMs)).toMatchObject({ desired: 80, panics: true })
  })

  it('begins in panic where it takes over more than one', () => {
    const quiet = rule(100, 11, { panicThreshold: 220 })
    expect(createDecider(2, 0).decide(quiet, load(0), 2, 1000)).toMatchObject({ desired: 2, panics: true })
    for (const ready of [0, 1])
      expect(createDecider(ready, 0).decide(quiet, load(0), ready, 1000)).toMatchObject({ desired: 0, panics: false })
  })

  it('follows a rule that is changed', () => {
    const decider = createDecider(1, 0)
    expect(decider.decide(rule(10, 77), load(100, 101), 1, 0).desired).toBe(10)
    expect(decider.decide(rule(1, 71), load(100, 101), 10, 0).desired).toBe(100)
  })
})

describe('a delay of what is taken away', () => {
  const minute = 60_000
  const slow = rule(10, 0, { downDelayMs: 5 * minute, panicThreshold: 100 })
  const at = (decider: ReturnType<typeof createDecider>, now: number, ms: number): number =>
    decider.decide(slow, load(now), 1, ms).desired

  it('holds the highest decision so long', () => {
    const decider = createDecider(0, 0)
    expect(at(decider, 40, 2000)).toBe(4)
    expect(at(decider, 0, 5 * minute)).toBe(4)
    expect(at(decider, 0, 5 * minute + 2000)).toBe(0)
  })

  it('goes down in steps as the higher ones pass', () => {
    const decider = createDecider(0, 0)
    expect(at(decider, 40, 9 * minute)).toBe(4)
    expect(at(decider, 30, 10 * minute)).toBe(4)
    expect(at(decider, 0, 11 * minute)).toBe(4)
    expect(at(decider, 0, 14 * minute)).toBe(3)
    expect(at(decider, 0, 15 * minute)).toBe(0)
  })

  it('is none where no request can come', () => {
    const decider = createDecider(0, 0)
    expect(at(decider, 40, 2000)).toBe(4)
    expect(decider.decide({ ...slow, reachable: false }, load(0), 1, 4000).desired).toBe(0)
  })

  it('takes the last decision where there is no delay, within one tick too', () => {
    const decider = createDecider(0, 0)
    const quick = rule(10, 0, { panicThreshold: 100 })
    expect(decider.decide(quick, load(40), 1, 0).desired).toBe(4)
    expect(decider.decide(quick, load(20), 1, 500).desired).toBe(2)
  })
})
