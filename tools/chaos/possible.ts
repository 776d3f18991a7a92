/**
 * What may be so. While work is under way, or was torn away in the middle, that is more than one value; once somebody has
 * looked, it is what was seen.
 */
export interface Possible<T extends string | boolean> {
  /** May be so from now on, too. */
  add(value: T): void
  /** Is so. */
  be(value: T): void
  has(value: T): boolean
  /** So, and nothing else. */
  is(value: T): boolean
  values(): readonly T[]
}

export function possible<T extends string | boolean>(...first: readonly T[]): Possible<T> {
  let values = new Set(first)
  return {
    add: (value) => void values.add(value),
    be: (value) => {
      values = new Set([value])
    },
    has: (value) => values.has(value) || values.has(anything as T),
    is: (value) => values.size === 1 && values.has(value),
    values: () => [...values],
  }
}

/** One thing that an attempt changes. */
export interface Effect {
  /** It may have happened. */
  widen(): void
  /** It has. */
  settle(): void
  /** Whether it is so, as far as is known. */
  isSo(): boolean
}

/** It becomes so; on the way there it may be any of the others too. */
export function becomes<T extends string | boolean>(what: Possible<T>, value: T, ...onTheWay: readonly T[]): Effect {
  return {
    widen: () => {
      for (const each of [value, ...onTheWay]) what.add(each)
    },
    settle: () => what.be(value),
    isSo: () => what.is(value),
  }
}

/** It is the same afterwards; on the way it may be another. */
export function stays<T extends string | boolean>(what: Possible<T>, ...onTheWay: readonly T[]): Effect {
  const before = what.values()
  return {
    widen: () => {
      for (const each of onTheWay) what.add(each)
    },
    settle: () => {
      const [only] = before
      if (before.length === 1 && only !== undefined) what.be(only)
    },
    isSo: () => before.length !== 1 || what.is(before[0] as T),
  }
}

/** Stands for any value. */
export const anything = '*'

/** Nobody knows what becomes of it; it is looked at again. */
export function forgets(what: Possible<string>): Effect {
  return { widen: () => what.add(anything), settle: () => what.add(anything), isSo: () => true }
}
