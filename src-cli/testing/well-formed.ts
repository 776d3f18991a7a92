/** Says what is wrong with XML that has neither comments nor CDATA, as ours has none; null where it is well formed. */
export function faultOfXml(text: string): string | null {
  const open: string[] = []
  let roots = 0
  let rest = text.trim()
  while (rest !== '') {
    const found = /^<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest) ?? /^[^<>]+/.exec(rest)
    if (!found) return `not a tag: ${rest.slice(0, 80)}`
    const [whole, closes, name, , empty] = found
    const amiss = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i.exec(whole)
    if (amiss) return `a bare &: ${whole.slice(0, 80)}`
    if (name === undefined && open.length === 0) return `text outside: ${whole.slice(0, 80)}`
    if (name !== undefined && closes === '' && open.length === 0) roots += 1
    if (name !== undefined && closes === '' && empty === '') open.push(name)
    if (closes === '/' && open.pop() !== name) return `</${name}> closes another`
    rest = rest.slice(whole.length)
  }
  return open.length === 0 && roots === 1 ? null : `${roots} roots, open: ${open.join(' ')}`
}
