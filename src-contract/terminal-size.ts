import * as z from 'zod'

export const Columns = z.int().min(1).max(1000)
export const Rows = z.int().min(1).max(1000)

export const TerminalSize = z.strictObject({ columns: Columns, rows: Rows })
export type TerminalSize = z.infer<typeof TerminalSize>
