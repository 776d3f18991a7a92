import type { KeyedLock } from '../sandboxes/keyed-lock.ts'

/** Holds several locks at once. Always in one order, so that two who want the same ones never wait for each other. */
export function withLocks<T>(lock: KeyedLock, keys: Iterable<string>, work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = [...new Set(keys)].sort()
  if (first === undefined) return work()
  return lock.run(first, () => withLocks(lock, rest, work))
}
