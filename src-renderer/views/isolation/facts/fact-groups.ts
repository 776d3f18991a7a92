import type { IsolationFact } from '#contract/isolation'

type Topic = IsolationFact['topic']

/** Facts that hold the text, by topic in the order of their first one; topics with something weaker come first. */
export function groupFacts(
  facts: readonly IsolationFact[],
  search: string,
): readonly (readonly [Topic, readonly IsolationFact[]])[] {
  const wanted = search.trim().toLowerCase()
  const groups = new Map<Topic, IsolationFact[]>()
  for (const fact of facts) {
    const text = [fact.topic, fact.name, fact.value, fact.source].join('\n').toLowerCase()
    if (!text.includes(wanted)) continue
    groups.set(fact.topic, [...(groups.get(fact.topic) ?? []), fact])
  }
  const weak = ([, found]: readonly [Topic, readonly IsolationFact[]]): number =>
    found.some(({ weaker }) => weaker) ? 0 : 1
  return [...groups].sort((a, b) => weak(a) - weak(b))
}
