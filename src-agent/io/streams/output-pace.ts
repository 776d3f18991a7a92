/** Holds back what writes the output of a main process. Resolves with what lets it go on. */
export type HoldOutput = () => Promise<() => void>

/** Between them a reader is let fall behind, so that a short stop of the reader is not one of the guest. */
const holdAtFiles = 2
const releaseAtFiles = 0

/**
 * Makes a guest wait for a reader that wants all of its output, as a pipe would: the log that stands between them is
 * bounded, and a reader that falls behind for long would lose a part.
 */
export function createOutputPace(hold: HoldOutput) {
  let wanted = false
  let closed = false
  let release: Promise<() => void> | null = null
  const apply = (): void => {
    if (wanted && release === null) {
      release = hold().catch(() => () => {})
      return
    }
    if (wanted) return
    void release?.then((letGo) => letGo())
    release = null
  }
  return {
    /** How many files of the log the reader has not begun yet. */
    behind(files: number): void {
      if (closed) return
      if (files >= holdAtFiles) wanted = true
      else if (files <= releaseAtFiles) wanted = false
      apply()
    },
    /** The reader is gone, or has all of it. */
    close(): void {
      closed = true
      wanted = false
      apply()
    },
  }
}

/** One hold for all readers of an output: it goes on when none of them wants it to wait any more. */
export function shareHold(hold: HoldOutput): HoldOutput {
  let holders = 0
  let held: Promise<() => void> | null = null
  const leave = (): void => {
    holders -= 1
    if (holders > 0) return
    void held?.then(
      (letGo) => letGo(),
      () => undefined,
    )
    held = null
  }
  return async () => {
    holders += 1
    held ??= hold()
    let isIn = true
    try {
      await held
    } catch (error) {
      leave()
      throw error
    }
    return () => {
      if (isIn) leave()
      isIn = false
    }
  }
}
