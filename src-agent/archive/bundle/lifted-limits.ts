import { Limits } from '#contract/sandbox'

/** What a sandbox gets for which nothing is said. */
export const defaultLimits: Limits = Limits.parse({})

const names = Object.keys(defaultLimits) as (keyof Limits)[]

/** The limits of which a sandbox would have less than a new one: none, or a higher one. */
export function liftedLimits(limits: Limits): readonly (keyof Limits)[] {
  return names.filter((name) => {
    const [usual, wanted] = [defaultLimits[name], limits[name]]
    return usual !== null && (wanted === null || wanted > usual)
  })
}

/** The limits as wished, but the usual ones in place of those that are lifted and not allowed. */
export function keepLimits(limits: Limits, isAllowed: (name: keyof Limits) => boolean): Limits {
  const kept = liftedLimits(limits).filter((name) => !isAllowed(name))
  return { ...limits, ...Object.fromEntries(kept.map((name) => [name, defaultLimits[name]])) }
}
