import { arch, cpus, loadavg, release, totalmem } from 'node:os'
import { z } from 'zod'
import { run } from '../process/run.ts'
import { alignColumns, type Row } from './row.ts'

/** What `out/bench.json` holds: figures mean little without the machine that they are from, and what ran there. */
export interface Report {
  readonly measuredAt: string
  readonly machine: Machine
  /** Of each program that took part, the first line that it prints of its version. */
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}

interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  /** Processes that wanted to run, over the minute before. */
  readonly load: number
}

const programs = ['conmon', 'crun', 'runc', 'runsc', 'qemu-system-x86_64', 'podman', 'containerd'] as const

const row = z.object({
  what: z.string(),
  ours: z.number(),
  bare: z.number(),
  ratio: z.number(),
  unit: z.string(),
  limit: z.number(),
  spread: z.tuple([z.number(), z.number()]).optional(),
})
const earlierReport = z.object({ measuredAt: z.string(), rows: z.array(row) })

export function describeMachine(): Machine {
  const gibibyte = 2 ** 30
  return {
    processor: `${cpus()[0]?.model ?? 'unknown'} (${arch()})`,
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / gibibyte),
    kernel: release(),
    load: loadavg()[0] ?? Number.NaN,
  }
}

/** Those that are not installed are left out. */
export async function readVersions(): Promise<Record<string, string>> {
  const versions: Record<string, string> = { node: process.version }
  for (const program of programs) {
    const ran = await run(program, ['--version'], { timeoutMs: 10_000 }).catch(() => null)
    const line = ran?.stdout.split('\n')[0]?.trim()
    if (line) versions[program] = line
  }
  return versions
}

/** Throws a ZodError or a SyntaxError where the text is no report. */
export function parseReport(text: string): z.infer<typeof earlierReport> {
  return earlierReport.parse(JSON.parse(text))
}

/**
 * What changed against an earlier run, row by row. A ratio that lies within the spread of the earlier run, widened by a
 * tenth, is the same: turns of one run differ as much.
 */
export function formatChanges(earlier: readonly Row[], rows: readonly Row[]): string {
  const lines = rows.map((now) => {
    const before = earlier.find(({ what }) => what === now.what)
    if (before === undefined) return [now.what, '', now.ratio.toFixed(2), 'new']
    const change = (now.ratio / before.ratio - 1) * 100
    const amount = `${change < 0 ? '' : '+'}${change.toFixed(0)} %`
    return [now.what, before.ratio.toFixed(2), now.ratio.toFixed(2), `${verdictOn(before, now)} (${amount})`]
  })
  const gone = earlier.filter(({ what }) => !rows.some((now) => now.what === what))
  const goneLines = gone.map(({ what, ratio }) => [what, ratio.toFixed(2), '', 'not measured'])
  return alignColumns([['what', 'before', 'now', ''], ...lines, ...goneLines])
}

function verdictOn(before: Row, now: Row): string {
  const [low, high] = before.spread ?? [before.ratio, before.ratio]
  if (now.ratio > high * 1.1) return 'slower'
  return now.ratio < low / 1.1 ? 'faster' : 'the same'
}
