import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { confine } from '../../base/process/confine.ts'
import type { Run } from '../../base/process/run.ts'

/** Folders of the state that grow. Of those that are not there nothing is measured. */
const measured = ['images', 'layers', 'blocks', 'snapshots', 'sandboxes', 'volumes', 'logs', 'microvm'] as const
const patienceMs = 120_000

/** Bytes on disk by path below the state folder, two levels of names deep; each with all that is in it. */
export type StateSizes = ReadonlyMap<string, number>

/** By a confined program, which sees nothing else and follows no link. What several names have counts once, at the first. */
export async function measureState(run: Run, home: string, signal: AbortSignal): Promise<StateSizes> {
  const names = measured.filter((name) => existsSync(join(home, name)))
  if (names.length === 0) return new Map()
  const args = ['--all', '--max-depth=2', '--null', '--block-size=1', '--one-file-system', '--']
  const [program, all] = confine('du', [...args, ...names.map((name) => `/state/${name}`)], {
    shown: names.map((name) => ({ from: join(home, name), to: `/state/${name}`, writable: false })),
    capabilities: ['DAC_READ_SEARCH'],
  })
  // What vanishes while it counts is not counted.
  const { stdout } = await run(program, all, { signal, timeoutMs: patienceMs, okExitCodes: [0, 1] })
  return parseSizes(stdout)
}

/** `BYTES\t/state/PATH\0` for each. Names at this depth are the agent's own. */
export function parseSizes(text: string): StateSizes {
  return new Map(
    text.split('\0').flatMap((line): (readonly [string, number])[] => {
      const [, bytes, path] = /^(\d+)\t\/state\/(.+)$/s.exec(line) ?? []
      return bytes === undefined || path === undefined ? [] : [[path, Number(bytes)]]
    }),
  )
}
