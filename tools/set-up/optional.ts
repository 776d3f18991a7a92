import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Not requested again within a day: where a distribution lacks a package, it will tomorrow as well. */
const retryMs = 24 * 60 * 60 * 1000

/** The packages that apt could install, of these; `policy` is the output of `apt-cache policy`. */
export function findOffered(names: readonly string[], policy: string): readonly string[] {
  // One block per package that apt knows: its name at the start of a line, then indented fields.
  const blocks = policy.split(/^(?=\S)/m)
  return names.filter((name) => {
    const block = blocks.find((text) => text.startsWith(`${name}:\n`))
    const candidate = /^ +Candidate: (.*)$/m.exec(block ?? '')?.[1]
    return candidate !== undefined && candidate !== '(none)'
  })
}

/** Remembers, in a file, which packages were looked for in vain. */
export interface Attempts {
  isRecent(name: string): boolean
  remember(names: readonly string[]): void
}

export function openAttempts(path: string, nowMs: () => number = Date.now): Attempts {
  const read = (): Record<string, number> => {
    try {
      const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
      return content !== null && typeof content === 'object' ? (content as Record<string, number>) : {}
    } catch {
      return {}
    }
  }
  return {
    isRecent: (name) => nowMs() - (Number(read()[name]) || 0) < retryMs,
    remember(names) {
      mkdirSync(dirname(path), { recursive: true })
      const added = Object.fromEntries(names.map((name) => [name, nowMs()]))
      writeFileSync(path, `${JSON.stringify({ ...read(), ...added })}\n`)
    },
  }
}
