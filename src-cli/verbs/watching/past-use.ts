import type { Request } from '#contract/client/call-operation'
import type { readUsageHistory, UsageHistory } from '#contract/usage-history'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { csvLines, historyColumns, historyRows } from '../../output/history-table.ts'
import { printTable } from '../../output/print-table.ts'
import { parseClass } from '../../parse/class.ts'
import { parseDuration, parseSince } from '../../parse/time.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

/** Which part of the past, and how it is printed. */
export interface PastWish {
  readonly since: string
  readonly until: string | undefined
  readonly step: string | undefined
  readonly class: string | undefined
  readonly format: string | undefined
  readonly json: boolean
}

/** What is shown of one sandbox, class or machine. */
export interface Past extends UsageHistory {
  /** Null: this machine. */
  readonly name: string | null
}

/** Prints what was used, step by step: of sandboxes, of a class, or of this machine where neither is named. */
export async function printPastUse(context: Context, words: readonly string[], wish: PastWish): Promise<void> {
  if (wish.format !== undefined && wish.format !== 'csv' && wish.format !== 'table') {
    throw usageError('usage-stats-format', { text: wish.format })
  }
  if (wish.class !== undefined && words.length > 0) throw usageError('usage-class-or-names')
  const pasts = await readPasts(context, words, wish)
  if (wish.json) return printJson(context.stdout, pasts)
  if (wish.format === 'csv') {
    for (const line of csvLines(pasts)) printLine(context.stdout, line)
    return
  }
  const rows = historyRows(pasts)
  printTable(context, historyColumns(rows), rows)
}

async function readPasts({ client }: Context, words: readonly string[], wish: PastWish): Promise<Past[]> {
  const request = readRequest(wish)
  if (wish.class !== undefined) {
    const of = parseClass('--class', wish.class)
    return [{ name: of, ...(await client.readUsageHistory({ ...request, class: of })) }]
  }
  if (words.length === 0) return [{ name: null, ...(await client.readUsageHistory(request)) }]
  return Promise.all(
    words.map(async (word) => ({
      name: word,
      ...(await client.readUsageHistory({ ...request, ref: sandboxRef(word) })),
    })),
  )
}

function readRequest({ since, until, step }: PastWish): Request<typeof readUsageHistory> {
  const now = new Date()
  const seconds = step === undefined ? undefined : Math.round(parseDuration('--step', step) / 1000)
  if (seconds !== undefined && (seconds < 1 || seconds > 86_400)) throw usageError('usage-step', { text: step ?? '' })
  return {
    since: parseSince('--since', since, now),
    ...(until === undefined ? {} : { until: parseSince('--until', until, now) }),
    ...(seconds === undefined ? {} : { step: seconds }),
  }
}
