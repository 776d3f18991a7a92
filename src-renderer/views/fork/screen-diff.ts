export interface Comparison {
  /** Lines in which each screen shows something else than most do. */
  readonly differing: ReadonlyMap<string, readonly number[]>
  /** In some line no text is shown by more screens than any other: there, all are marked. */
  readonly split: boolean
}

/** Compares screens line by line with what most of them show. */
export function compareScreens(screens: ReadonlyMap<string, readonly string[]>): Comparison {
  const differing = new Map<string, number[]>([...screens.keys()].map((id) => [id, []]))
  const rows = Math.max(0, ...[...screens.values()].map(({ length }) => length))
  let split = false
  for (let row = 0; row < rows; row++) {
    const common = mostCommon([...screens.values()].map((lines) => lines[row] ?? ''))
    if (common === null) split = true
    for (const [id, lines] of screens) {
      if (common === null || (lines[row] ?? '') !== common) differing.get(id)?.push(row)
    }
  }
  return { differing, split }
}

/** Null where two are equally common. */
function mostCommon(texts: readonly string[]): string | null {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  const [first, second] = [...counts].toSorted((a, b) => b[1] - a[1])
  if (!first) return null
  return second && second[1] === first[1] ? null : first[0]
}

/** What a fork is called is no difference: its own name, id and address are all written as the same. */
export function maskIdentity(line: string, identity: readonly (string | null)[]): string {
  let masked = line
  // The longest first, so that a name within an address is not taken out of it.
  for (const word of identity
    .filter((each) => each !== null && each.length > 1)
    .toSorted((a, b) => length(b) - length(a)))
    masked = masked.replaceAll(word ?? '', '\u25e6')
  return masked.trimEnd()
}

function length(word: string | null): number {
  return word?.length ?? 0
}
