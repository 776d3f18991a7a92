import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { IsolationClass } from '#contract/sandbox'

/** The latest of each kind; a median over them follows a machine that changes. */
const kept = 15
const perClass = z.partialRecord(IsolationClass, z.array(z.number().nonnegative()))
const Content = z.strictObject({
  startMs: perClass,
  overheadBytes: perClass,
  systemCallFactor: perClass,
  conversionMsPerUnit: z.array(z.number().nonnegative()),
})
type Content = z.infer<typeof Content>
type Figure = 'startMs' | 'overheadBytes' | 'systemCallFactor'

/** What was really measured on this machine, in a small file, so that estimates are there before the first start of the day. */
export interface Measurements {
  note(figure: Figure, of: IsolationClass, value: number): void
  noteConversion(size: ConversionWork, ms: number): void
  /** Null: never measured here. */
  median(figure: Figure, of: IsolationClass): number | null
  conversionMs(size: ConversionWork): number | null
  /** Resolves when all that was noted is in the file. Losing it loses estimates only. */
  saved(): Promise<void>
}

export interface ConversionWork {
  readonly bytes: number
  readonly entries: number
}

/** An entry costs about as much as this many bytes; a conversion of nothing costs as much as this many entries. */
const [bytesPerUnit, fixedUnits] = [64 * 1024, 500]

export function openMeasurements(path: string, onError: (error: unknown) => void): Measurements {
  const content = read(path)
  let saving = Promise.resolve()
  let isDue = false
  const save = () => {
    if (isDue) return
    isDue = true
    saving = saving.then(async () => {
      isDue = false
      await writeFile(`${path}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 })
      await rename(`${path}.new`, path)
    })
    saving = saving.catch(onError)
  }
  const units = ({ bytes, entries }: ConversionWork) => fixedUnits + entries + bytes / bytesPerUnit
  return {
    note(figure, of, value) {
      content[figure][of] = [...(content[figure][of] ?? []), Math.round(value * 100) / 100].slice(-kept)
      save()
    },
    noteConversion(size, ms) {
      content.conversionMsPerUnit = [...content.conversionMsPerUnit, ms / units(size)].slice(-kept)
      save()
    },
    median: (figure, of) => middle(content[figure][of] ?? []),
    conversionMs(size) {
      const perUnit = middle(content.conversionMsPerUnit)
      return perUnit === null ? null : Math.round(perUnit * units(size))
    },
    saved: () => saving,
  }
}

export function middle(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2
}

function read(path: string): Content {
  try {
    return Content.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // Absent, damaged, or of another version: measured anew.
    return { startMs: {}, overheadBytes: {}, systemCallFactor: {}, conversionMsPerUnit: [] }
  }
}
