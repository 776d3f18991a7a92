import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'

/** An answer that the page has requested. */
export type Answer<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly value: Value }

export interface QueryStore<Query, Value> {
  readonly useAnswer: () => Answer<Value>
  readonly read: () => Answer<Value>
  /** Asks. With `keep` the present answer stays visible until the next one is there, and where that one fails. */
  readonly load: (query: Query, options?: { readonly keep?: boolean }) => Promise<void>
  readonly forget: () => void
}

/** A store of one answer. Only the latest question counts: what comes late for an earlier one is dropped. */
export function createQueryStore<Query, Value>(request: (query: Query) => Promise<Value>): QueryStore<Query, Value> {
  const loading: Answer<Value> = { kind: 'loading' }
  const store = createStore<{ readonly answer: Answer<Value> }>(() => ({ answer: loading }))
  let latest = 0
  return {
    useAnswer: () => useStore(store, ({ answer }) => answer),
    read: () => store.getState().answer,
    async load(query, { keep = false } = {}) {
      latest += 1
      const mine = latest
      if (!keep) store.setState({ answer: loading })
      const answer = await request(query).then(
        (value): Answer<Value> => ({ kind: 'ready', value }),
        (error: unknown): Answer<Value> => ({ kind: 'error', error: AppError.from(error) }),
      )
      const before = store.getState().answer
      if (mine === latest && !(keep && answer.kind === 'error' && before.kind === 'ready')) store.setState({ answer })
    },
    forget() {
      latest += 1
      store.setState({ answer: loading })
    },
  }
}
