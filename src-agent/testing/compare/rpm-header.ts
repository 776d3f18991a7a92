/** The header of a package as rpm writes it; tags and types by their numbers. */
export function buildRpmHeader(
  values: readonly (readonly [tag: number, type: number, value: string | number])[],
): Buffer {
  const index: Buffer[] = []
  const store: Buffer[] = []
  let at = 0
  for (const [tag, type, value] of values) {
    const bytes = Buffer.alloc(typeof value === 'number' ? 4 : Buffer.byteLength(value) + 1)
    if (typeof value === 'number') bytes.writeUInt32BE(value)
    else bytes.write(value)
    const entry = Buffer.alloc(16)
    for (const [place, number] of [tag, type, at, 1].entries()) entry.writeUInt32BE(number, place * 4)
    index.push(entry)
    store.push(bytes)
    at += bytes.length
  }
  const intro = Buffer.alloc(8)
  intro.writeUInt32BE(values.length, 0)
  intro.writeUInt32BE(at, 4)
  return Buffer.concat([intro, ...index, ...store])
}
