import type { TFunction } from 'i18next'
import { formatBytes } from '#contract/byte-size'
import type { ClassEstimate } from '#contract/classes'

/** What a class costs, as short texts; what nobody has measured is said to be so. */
export function estimateTexts(
  { startMs, memoryOverheadBytes, systemCallFactor }: ClassEstimate,
  t: TFunction,
): { readonly start: string; readonly memory: string; readonly calls: string } {
  const unknown = t('classes.estimate.unknown')
  return {
    start: startMs === null ? unknown : formatMilliseconds(startMs, t),
    memory:
      memoryOverheadBytes === null
        ? unknown
        : memoryOverheadBytes === 0
          ? t('classes.estimate.none')
          : formatBytes(memoryOverheadBytes),
    calls: systemCallFactor === null ? unknown : callsText(systemCallFactor, t),
  }
}

function callsText(factor: number, t: TFunction): string {
  if (factor < 1.05) return t('classes.estimate.callsSame')
  return t('classes.estimate.callsValue', { factor: factor < 10 ? factor.toFixed(1) : Math.round(factor) })
}

/** Below a second in tens of milliseconds, above in tenths of seconds: nobody can use more digits of an estimate. */
export function formatMilliseconds(ms: number, t: TFunction): string {
  if (ms >= 1000) return t('classes.estimate.startSeconds', { seconds: (ms / 1000).toFixed(1) })
  return t('classes.estimate.startValue', { ms: ms < 20 ? Math.round(ms) : Math.round(ms / 10) * 10 })
}
