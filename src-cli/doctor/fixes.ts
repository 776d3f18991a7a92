import type { Finding } from '#contract/agent'

/** What `joey doctor --fix` can do about a finding. */
export type Fix =
  /** Starts the agent, or installs it, by this command line. */
  | { readonly kind: 'joey'; readonly finding: Finding; readonly args: readonly string[] }
  /** Programs of this machine, one after the other while each succeeds. */
  | { readonly kind: 'programs'; readonly finding: Finding; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'leftovers'; readonly finding: Finding }

/** Whose work a fix may be. Anything else that a remedy names is shown, for the person to do. */
const programs: ReadonlySet<string> = new Set(['apt-get', 'firewall-cmd', 'iptables'])
/** Commands of Joey's that change something without another decision. */
const ownCommands: ReadonlySet<string> = new Set(['agent start', 'agent install'])
/** Without quotes, patterns, variables and the like: what is run is the words as they are shown. */
const plainWord = /^[A-Za-z0-9@%+=:,./_-]+$/

/** The fix of a finding; null where there is none, or where it takes a decision that only a person can make. */
export function fixOf(finding: Finding, uid: number): Fix | null {
  const { id, level, remedy } = finding
  if (level === 'ok' || !remedy) return null
  if (id === 'leftovers') return { kind: 'leftovers', finding }
  if (remedy.kind === 'startAgent') return uid === 0 ? { kind: 'joey', finding, args: ['agent', 'start'] } : null
  if (remedy.kind !== 'runCommand') return null
  const commands = remedy.command.split(' && ').map((each) => each.trim().split(/\s+/))
  if (!commands.flat().every((word) => plainWord.test(word))) return null
  const bare = commands.map((words) => (words[0] === 'sudo' ? words.slice(1) : words))
  const [first = []] = bare
  if (bare.length === 1 && /^(\.\/)?joey$/.test(first[0] ?? '') && ownCommands.has(first.slice(1, 3).join(' ')))
    return uid === 0 ? { kind: 'joey', finding, args: first.slice(1) } : null
  if (!bare.every(([program = '']) => programs.has(program))) return null
  return { kind: 'programs', finding, commands: uid === 0 ? bare : bare.map((words) => ['sudo', ...words]) }
}

/** The fixes of all findings, each once: several may lack the same program. */
export function fixesOf(findings: readonly Finding[], uid: number): readonly Fix[] {
  const all = findings.flatMap((finding) => fixOf(finding, uid) ?? [])
  return all.filter((fix, index) => all.findIndex((other) => commandOf(other) === commandOf(fix)) === index)
}

/** What is run, as a person would type it. */
export function commandOf(fix: Fix): string {
  switch (fix.kind) {
    case 'joey':
      return ['joey', ...fix.args].join(' ')
    case 'programs':
      return fix.commands.map((words) => words.join(' ')).join(' && ')
    case 'leftovers':
      return 'joey doctor --fix'
  }
}
