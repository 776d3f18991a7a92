/** Whether a name fits: part of it, or with `*` and `?` the whole; case does not matter. Takes linear time per star. */
export function createNameTest(pattern: string): (name: string) => boolean {
  const wanted = pattern.toLowerCase()
  if (wanted === '') return () => true
  if (!/[*?]/.test(wanted)) return (name) => name.toLowerCase().includes(wanted)
  const symbols = [...wanted]
  return (name) => fits(symbols, [...name.toLowerCase()])
}

/** On a mismatch only the latest star takes one character more: no pattern makes it try without end. */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  let [at, inName, star, afterStar] = [0, 0, -1, 0]
  while (inName < name.length) {
    const symbol = pattern[at]
    if (symbol === '*') {
      star = at
      afterStar = inName
      at += 1
    } else if (symbol !== undefined && (symbol === '?' || symbol === name[inName])) {
      at += 1
      inName += 1
    } else if (star >= 0) {
      afterStar += 1
      at = star + 1
      inName = afterStar
    } else return false
  }
  return pattern.slice(at).every((symbol) => symbol === '*')
}
