interface Deps {
  /** Ends the app in order, and returns how to take that back. */
  readonly exitLater: () => () => void
  /** Ends the process whatever it does, and returns how to take that back. */
  readonly killLater: () => () => void
}

export interface Leaving {
  /** The window closes, or the app quits: it ends soon, even where something hangs. */
  readonly begin: () => void
  /** The person stays after all. */
  readonly takeBack: () => void
}

/** That the app ends once it was asked to, unless somebody stays for text that they have not saved. */
export function createLeaving({ exitLater, killLater }: Deps): Leaving {
  let undo: (() => void) | null = null
  return {
    begin() {
      if (undo) return
      const [stay, spare] = [exitLater(), killLater()]
      undo = () => {
        stay()
        spare()
      }
    },
    takeBack() {
      undo?.()
      undo = null
    },
  }
}
