/** The same table with every text longer by two fifths at least, as the longest of other languages are. */
export function stretch<Table extends object>(table: Table): Table {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      typeof value === 'string' ? stretchText(value) : stretch(value as object),
    ]),
  ) as Table
}

/** Places for values are left out of the count, because values are as long in every language. */
function stretchText(text: string): string {
  const letters = text.replaceAll(/\{\{\w+\}\}/g, '').length
  const added = Array.from({ length: Math.ceil((letters * 0.4) / 5) }, () => 'long')
  return letters < 2 ? text : [text, ...added].join(' ')
}
