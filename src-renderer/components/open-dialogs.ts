import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

const openDialogs = createStore<{ readonly count: number }>(() => ({ count: 0 }))

/** Counts a dialog for as long as it is open. */
export function useCountedDialog(open: boolean): void {
  useEffect(() => {
    if (!open) return
    const add = (step: number) => openDialogs.setState(({ count }) => ({ count: count + step }))
    add(1)
    return () => add(-1)
  }, [open])
}

export function useIsDialogOpen(): boolean {
  return useStore(openDialogs, ({ count }) => count > 0)
}
