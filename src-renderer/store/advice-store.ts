import type * as z from 'zod'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { adviseClass, type ClassAdvice } from '#contract/classes'
import { call } from '../call.ts'

type Wish = z.input<typeof adviseClass.request>

/** Long enough that typing a word asks once. */
const quietMs = 300

export const adviceStore = createStore<{ readonly advice: ClassAdvice | null }>(() => ({ advice: null }))

let timer: ReturnType<typeof setTimeout> | undefined
let latest = 0

export function useAdvice(): ClassAdvice | null {
  return useStore(adviceStore, ({ advice }) => advice)
}

/** Asks once the wish has not changed for a moment. An answer to an older wish is dropped. */
export function adviseOn(wish: Wish): void {
  clearTimeout(timer)
  const turn = ++latest
  timer = setTimeout(() => void load(wish, turn), quietMs)
}

/** Advice is a help: where it cannot be had, the choice of classes stands without it. */
async function load(wish: Wish, turn: number): Promise<void> {
  const advice = await call(adviseClass, wish).catch(() => null)
  if (turn === latest) adviceStore.setState({ advice })
}

export function forgetAdvice(): void {
  clearTimeout(timer)
  latest++
  adviceStore.setState({ advice: null })
}
