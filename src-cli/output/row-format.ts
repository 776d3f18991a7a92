import { usageError } from '../command/usage-error.ts'
import { type Context, printLine } from '../context.ts'
import { sanitize } from './sanitize.ts'
import { formatTable } from './table.ts'

/** What a list calls the fields of its rows, as Docker does. All else of a row is reached by its name in JSON. */
export type RowFields<Row> = Readonly<Record<string, (row: Row) => unknown>>

type Part = { readonly text: string } | { readonly path: string; readonly json: boolean }

/** Two forms at once would be one of them. */
export function requireOneForm({
  json,
  format,
}: {
  readonly json: boolean
  readonly format: string | undefined
}): void {
  if (json && format !== undefined) throw usageError('usage-format-or-json')
}

/** Prints rows by a template: {@link formatRows}. */
export function printFormatted<Row extends object>(
  { stdout }: Pick<Context, 'stdout'>,
  format: string,
  rows: readonly Row[],
  fields: RowFields<Row>,
): void {
  for (const line of formatRows(format, rows, fields)) printLine(stdout, line)
}

/**
 * The lines of rows by a template in the manner of Docker's `--format`: `{{.Name}}`, `{{.spec.limits.memoryBytes}}`,
 * `{{json .Labels}}`, `\t` and `\n`; `table` before it lines columns up below their titles, and `json` alone makes an object
 * a line. There are no conditions and no functions besides `json`: for more there is `--json`.
 */
export function formatRows<Row extends object>(
  format: string,
  rows: readonly Row[],
  fields: RowFields<Row>,
): readonly string[] {
  if (format === 'json') return rows.map((row) => JSON.stringify(row))
  const isTable = /^table\s/.test(format)
  const parts = readTemplate(isTable ? format.replace(/^table\s+/, '') : format)
  for (const part of parts) if ('path' in part) requireField(part.path, fields)
  const lines = rows.map((row) =>
    parts.map((part) => ('text' in part ? part.text : valueOf(part, row, fields))).join(''),
  )
  if (!isTable) return lines.map((line) => line.split('\n').map(cleanCells).join('\n'))
  const titles = parts
    .map((part) => ('text' in part ? part.text : titleOf(part.path)))
    .join('')
    .split('\t')
  const columns = titles.map((title, index) => ({ title, cell: (line: string) => line.split('\t')[index] ?? '' }))
  return formatTable(columns, lines, { colours: false }).map((line) => line.trimEnd())
}

const cleanCells = (line: string): string => line.split('\t').map(sanitize).join('\t')

function readTemplate(format: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of format.matchAll(/\{\{\s*(json\s+)?\.([A-Za-z0-9_.-]*)\s*\}\}/g)) {
    parts.push({ text: unescape(format.slice(end, match.index)) })
    parts.push({ path: match[2] ?? '', json: match[1] !== undefined })
    end = match.index + match[0].length
  }
  parts.push({ text: unescape(format.slice(end)) })
  if (parts.some((part) => 'text' in part && part.text.includes('{{')))
    throw usageError('usage-format', { text: format })
  return parts
}

const unescape = (text: string): string => text.replaceAll('\\t', '\t').replaceAll('\\n', '\n')

/** A capital stands for a name of the list, so that a slip is told; the names in JSON are not all there in each row. */
function requireField<Row>(path: string, fields: RowFields<Row>): void {
  if (!/^[A-Z]/.test(path) || Object.hasOwn(fields, path)) return
  throw usageError('usage-format-field', { field: path, names: Object.keys(fields).join(', ') })
}

function valueOf<Row extends object>(
  { path, json }: { readonly path: string; readonly json: boolean },
  row: Row,
  fields: RowFields<Row>,
): string {
  const own = Object.hasOwn(fields, path) ? fields[path] : undefined
  const value: unknown = own ? own(row) : walk(row, path)
  if (json) return JSON.stringify(value) ?? 'null'
  if (typeof value === 'string') return value.replaceAll(/[\t\n]/g, ' ')
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

function walk(row: object, path: string): unknown {
  let value: unknown = row
  for (const name of path.split('.').filter((each) => each !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

/** `CreatedAt` is CREATED AT; a name in JSON is its last part. */
function titleOf(path: string): string {
  const last = path.split('.').at(-1) ?? path
  return last.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toUpperCase()
}
