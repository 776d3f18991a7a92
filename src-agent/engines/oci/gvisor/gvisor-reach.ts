import { appError } from '#contract/app-error'
import type { GuestReach } from '../../driver.ts'
import type { Engine } from '../flavour.ts'

const failed = 128

/** Reaches processes in the sentry by runsc's own commands. */
export function createGvisorReach(engine: Engine, id: string): GuestReach {
  return {
    async signal(pid, name) {
      const { code, stderr } = await engine(['kill', '--pid', String(pid), id, name.replace(/^SIG/, '')], [0, failed])
      if (code === 0 || isGone(stderr)) return
      throw appError('signal-failed', { signal: name }, { detail: stderr })
    },
    async tree(pid) {
      const { code, stdout } = await engine(['ps', id], [0, failed])
      // Where the sandbox has ended there is nothing to list.
      return code === 0 ? descendants(parseTable(stdout), pid) : []
    },
  }
}

function isGone(words: string): boolean {
  return /no such process|not found|in state stopped|does not exist|connection refused/i.test(words)
}

interface Row {
  readonly pid: number
  readonly parent: number
}

/** The columns UID, PID and PPID of `runsc ps`; its JSON names processes, but not their parents. */
export function parseTable(text: string): Row[] {
  const rows = text.split('\n').map((line) => /^\s*\d+\s+(\d+)\s+(\d+)\s/.exec(line))
  return rows.flatMap((row) => (row ? [{ pid: Number(row[1]), parent: Number(row[2]) }] : []))
}

/** The process and what it started, parents first; empty where it is not there. */
export function descendants(rows: readonly Row[], root: number): number[] {
  if (!rows.some(({ pid }) => pid === root)) return []
  const tree = [root]
  for (const parent of tree)
    tree.push(...rows.filter((row) => row.parent === parent && !tree.includes(row.pid)).map(({ pid }) => pid))
  return tree
}
