import { usageError } from '../command/usage-error.ts'

/** What a list can be filtered by: whether a row fits a value, for each key. */
export type Filters<Row> = Readonly<Record<string, (row: Row, value: string) => boolean>>

/** The values that there are, of keys that have no others. */
export type FilterValues = Readonly<Record<string, readonly string[]>>

/** Filters of the same key widen the choice, filters of different keys narrow it: Docker's rule. */
export function readFiltersOf<Row>(
  texts: readonly string[],
  filters: Filters<Row>,
  closed: FilterValues = {},
): (row: Row) => boolean {
  const wanted = new Map<string, string[]>()
  for (const text of texts) {
    const equals = text.indexOf('=')
    const key = text.slice(0, Math.max(0, equals))
    if (!Object.hasOwn(filters, key)) {
      throw usageError('usage-filter', { text, names: Object.keys(filters).join(', ') })
    }
    const value = text.slice(equals + 1)
    // A slip would choose nothing, which looks like an answer.
    const values = closed[key]
    if (values?.includes(value) === false)
      throw usageError('usage-filter-value', { text, key, names: values.join(', ') })
    wanted.set(key, [...(wanted.get(key) ?? []), value])
  }
  return (row) => [...wanted].every(([key, values]) => values.some((value) => filters[key]?.(row, value)))
}

/** `NAME`, or `NAME=VALUE`. */
export function hasLabel(labels: Readonly<Record<string, string>>, value: string): boolean {
  const equals = value.indexOf('=')
  if (equals < 0) return Object.hasOwn(labels, value)
  return Object.hasOwn(labels, value.slice(0, equals)) && labels[value.slice(0, equals)] === value.slice(equals + 1)
}

/** A name as it is or without its tag; `*` stands for any part of it. */
export function isNameLike(name: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '.*')
  return new RegExp(`^${escaped}(:[^/]*)?$`).test(name)
}
