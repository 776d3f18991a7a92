import { terminalAckBytes } from '#contract/words'

/** Counts shown bytes and says when to acknowledge how many. */
export class AckCounter {
  #pending = 0
  readonly #acknowledge: (bytes: number) => void

  constructor(acknowledge: (bytes: number) => void) {
    this.#acknowledge = acknowledge
  }

  add(bytes: number): void {
    this.#pending += bytes
    if (this.#pending < terminalAckBytes) return
    this.#acknowledge(this.#pending)
    this.#pending = 0
  }
}
