/** How much a benchmark does: all that a figure needs, or once through everything, to see that it still runs. */
export interface Effort {
  /** So many turns or rounds; one of them in a smoke run. */
  times(whole: number): number
  /** So many bytes, files or milliseconds; a twentieth of them in a smoke run. */
  amount(whole: number): number
}

const smokePart = 20

export const wholeEffort: Effort = { times: (whole) => whole, amount: (whole) => whole }

export const smokeEffort: Effort = { times: () => 1, amount: (whole) => Math.ceil(whole / smokePart) }
