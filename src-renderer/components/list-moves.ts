const pageRows = 15

/** The row that a key moves to in a list, or null for a key that does not move. */
export function rowAfterKey(
  key: string,
  { active, last }: { readonly active: number; readonly last: number },
): number | null {
  const target: Readonly<Record<string, number>> = {
    ...{ ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + pageRows, PageUp: active - pageRows },
    ...{ Home: 0, End: last },
  }
  const next = target[key]
  return next === undefined ? null : Math.max(0, Math.min(last, next))
}
