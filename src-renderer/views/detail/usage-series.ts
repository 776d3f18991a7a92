import type { UsageSample } from '#contract/observe'

/** Seconds, as the chart wants them. */
export function timesOf(history: readonly UsageSample[]): number[] {
  return history.map(({ at }) => Date.parse(at) / 1000)
}

type Counter = 'ioReadBytes' | 'ioWriteBytes' | 'netReceiveBytes' | 'netSendBytes'

/** Bytes a second from a counter since the start of the run; a counter that falls belongs to a new run. */
export function ratesOf(history: readonly UsageSample[], counter: Counter): number[] {
  return history.map((sample, index) => {
    const before = history[index - 1]
    if (!before) return 0
    const seconds = (Date.parse(sample.at) - Date.parse(before.at)) / 1000
    const grown = sample[counter] - before[counter]
    return seconds > 0 && grown > 0 ? grown / seconds : 0
  })
}
