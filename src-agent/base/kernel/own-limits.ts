import { readFileSync } from 'node:fs'

/** The kernel's names of limits in /proc/PID/limits, by those of setrlimit(2). */
const titles = {
  ...{ cpu: 'Max cpu time', fsize: 'Max file size', data: 'Max data size', stack: 'Max stack size' },
  ...{ core: 'Max core file size', rss: 'Max resident set', nproc: 'Max processes', nofile: 'Max open files' },
  ...{ memlock: 'Max locked memory', as: 'Max address space', locks: 'Max file locks' },
  ...{ sigpending: 'Max pending signals', msgqueue: 'Max msgqueue size', nice: 'Max nice priority' },
  ...{ rtprio: 'Max realtime priority', rttime: 'Max realtime timeout' },
} as const

/** The hard limit of this very process, in the unit of setrlimit(2); null: none. */
export type HardLimits = Readonly<Record<keyof typeof titles, number | null>>

/** Reads `/proc/PID/limits`, this process's own where no text is given. */
export function readHardLimits(text = readFileSync('/proc/self/limits', 'utf8')): HardLimits {
  const limits = Object.entries(titles).map(([name, title]) => {
    const hard = new RegExp(`^${title}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1]
    return [name, hard === undefined ? null : Number(hard)]
  })
  return Object.fromEntries(limits) as HardLimits
}
