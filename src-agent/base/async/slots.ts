/** Does pieces of work, so many at a time, in the order in which they come. */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>

export function createSlots(most: number): Slots {
  const waiting: (() => void)[] = []
  let taken = 0
  return async (work) => {
    if (taken >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else taken += 1
    try {
      return await work()
    } finally {
      // The slot goes from hand to hand, so that nobody who comes later takes it first.
      const next = waiting.shift()
      if (next) next()
      else taken -= 1
    }
  }
}
