import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { proposeLimit } from '../../actions/usage-actions.ts'
import { useIsLive } from '../../store/agent-store.ts'
import type { Card, MovableLimit } from './cards.ts'
import type { LimitWords } from './limit-handle.tsx'

const mebibyte = 2 ** 20

/** A value that a person would have typed: hundredths of a core, whole MiB, whole processes. */
export function roundLimit(field: MovableLimit, value: number): number {
  if (field === 'cpus') return Math.max(0.01, Math.round(value * 100) / 100)
  if (field === 'pids') return Math.max(1, Math.round(value))
  return Math.max(6, Math.round(value / mebibyte)) * mebibyte
}

const steps: Readonly<Record<MovableLimit, number>> = { cpus: 0.05, pids: 1, memoryBytes: 8 * mebibyte }

/** How the limit of a chart is changed; null where there is none to be changed. */
export function useLimits(
  sandbox: Sandbox | null,
): (card: Card) => Omit<LimitWords, 'value' | 'format' | 'name'> | null {
  const { t } = useTranslation()
  const live = useIsLive()
  return (card) => {
    const { limit } = card
    const value = limit && sandbox?.spec.limits[limit.field]
    if (!limit || !sandbox || !live || value === null || value === undefined) return null
    return {
      least: limit.least,
      step: steps[limit.field],
      onChange(wish) {
        const wanted = roundLimit(limit.field, wish)
        if (wanted === value) return
        const title = t(`usage.cards.${card.id}`)
        const words = { title, before: card.format(value), after: card.format(wanted) }
        void proposeLimit(sandbox, { field: limit.field, value: wanted, ...words })
      },
    }
  }
}
