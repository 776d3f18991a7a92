const factors: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** Reads `512 MB`, `512m`, `1.5GiB`, `1073741824`. A bare number under 4096 is taken as MB. Null: not a size. */
export function parseBytes(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(?:([kmgt])(?:i?b)?|b)?\s*$/i.exec(text)
  if (!match) return null
  const value = Number((match[1] ?? '').replace(',', '.'))
  const bare = /^\s*[\d.,]+\s*$/.test(text)
  const unit = bare && value < 4096 ? 'm' : (match[2] ?? '').toLowerCase()
  const bytes = Math.round(value * (factors[unit] ?? 1))
  return Number.isSafeInteger(bytes) ? bytes : null
}
