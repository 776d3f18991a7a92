import { SandboxName } from '#contract/sandbox'

/** As the agent names forks: PREFIX-1 and so on; a single one has the prefix as its name. */
export function forkNames(prefix: string, count: number): string[] {
  return count === 1 ? [prefix] : Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)
}

export type ForkProblem = { readonly kind: 'invalid' } | { readonly kind: 'taken'; readonly names: readonly string[] }

/** What stands against a prefix: a name that is none, or that somebody has. */
export function findForkProblem(prefix: string, count: number, taken: ReadonlySet<string>): ForkProblem | null {
  const names = forkNames(prefix, count)
  if (names.some((name) => !SandboxName.safeParse(name).success)) return { kind: 'invalid' }
  const used = names.filter((name) => taken.has(name))
  return used.length > 0 ? { kind: 'taken', names: used } : null
}

/** A prefix of which no name is taken: `web-fork`, `web-fork2` and so on. */
export function suggestPrefix(parent: string, taken: ReadonlySet<string>): string {
  const base = `${parent.slice(0, 50)}-fork`
  const used = (prefix: string): boolean =>
    taken.has(prefix) || [...taken].some((name) => name.startsWith(`${prefix}-`))
  let number = 2
  if (!used(base)) return base
  while (used(`${base}${number}`)) number++
  return `${base}${number}`
}
