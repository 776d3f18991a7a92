import type { Call, Command } from './command/command.ts'
import { familyOf, findVerb } from './command/find-verb.ts'
import { type Flags, parseFlags, withCommonFlags } from './command/flags.ts'
import { overview, verbHelp } from './command/help.ts'
import { usageError } from './command/usage-error.ts'
import type { Verb, VerbGroup } from './command/verb.ts'
import { type Context, printLine } from './context.ts'
import { ExitCode } from './exit-codes.ts'
import { failureCode, printFailure } from './failure.ts'
import { helpIn, type SayHelp } from './languages/help-texts.ts'
import { verbGroups } from './verbs.ts'

/** Runs one command line and resolves with its exit code. Every failure has been printed by then. */
export async function main(args: readonly string[], context: Context): Promise<number> {
  const { before, words } = splitGlobalFlags(args)
  const style = { json: hasFlag([...before, ...words], '--json'), verbose: hasFlag([...before, ...words], '--verbose') }
  try {
    const [first] = words
    if (first === undefined) return await showOverview(before, context)
    if (first === 'help') return await showHelp(words.slice(1), context)
    const family = familyOf(first)
    if (family.length > 0 && (words[1] === '--help' || words[1] === '-h')) return await printOverview(family, context)
    const found = findVerb(words)
    return await runVerb(found.verb, [...before, ...found.args], context)
  } catch (error) {
    printFailure(context, error, style)
    return failureCode(error, ExitCode.failed)
  }
}

async function runVerb(verb: Verb, args: readonly string[], context: Context): Promise<number> {
  const command = await verb.load()
  const flags = withCommonFlags(command.flags)
  let style = { json: hasFlag(args, '--json'), verbose: hasFlag(args, '--verbose') }
  try {
    const parsed = parseFlags(flags, args, { passThrough: command.passThrough ?? false, docker: command.docker ?? {} })
    const call = { flags: parsed.values, operands: parsed.operands } as unknown as Call<Flags>
    style = { json: call.flags['json'] === true, verbose: call.flags['verbose'] === true }
    if (call.flags['help'] === true) return print(context, verbHelp(verb, command, await helpWords(context)))
    checkCount(verb, command, parsed.operands)
    return await command.run(call, context)
  } catch (error) {
    printFailure(context, error, style)
    const code = failureCode(error, command.failureCode ?? ExitCode.failed)
    if (code === ExitCode.usage && !style.json)
      printLine(context.stderr, `  ${(await helpWords(context))('See')} joey ${verb.name} --help`)
    return code
  }
}

function checkCount(verb: Verb, command: Command, operands: readonly string[]): void {
  const [least, most] = command.count
  if (operands.length < least)
    throw usageError('usage-operands-missing', { verb: verb.name, operands: command.operands })
  if (operands.length <= most) return
  const extra = operands[most] ?? ''
  throw usageError('usage-operands-too-many', { verb: verb.name, operands: command.operands, extra })
}

/** `joey --json ls` means the same as `joey ls --json`. */
function splitGlobalFlags(args: readonly string[]): { before: readonly string[]; words: readonly string[] } {
  const end = args.findIndex((arg) => !globalFlags.has(arg))
  return end < 0 ? { before: args, words: [] } : { before: args.slice(0, end), words: args.slice(end) }
}

const globalFlags: ReadonlySet<string> = new Set(['--json', '--verbose', '--help', '-h', '--version'])

/** Whether an option stands among Joey's own words: what follows `--` is the guest's. */
function hasFlag(args: readonly string[], flag: string): boolean {
  const end = args.indexOf('--')
  return (end < 0 ? args : args.slice(0, end)).includes(flag)
}

async function showOverview(before: readonly string[], context: Context): Promise<number> {
  if (before.includes('--version')) {
    const rest = before.filter((arg) => arg !== '--version')
    return runVerb(findVerb(['version']).verb, rest, context)
  }
  if (before.includes('--help') || before.includes('-h')) return printOverview(verbGroups, context)
  printLine(context.stderr, overview(verbGroups, await helpWords(context)))
  return ExitCode.usage
}

async function showHelp(words: readonly string[], context: Context): Promise<number> {
  const [first] = words
  if (first === undefined || first.startsWith('-')) return printOverview(verbGroups, context)
  const family = familyOf(first)
  if (family.length > 0 && words.length === 1) return printOverview(family, context)
  const { verb } = findVerb(words)
  return print(context, verbHelp(verb, await verb.load(), await helpWords(context)))
}

async function printOverview(groups: readonly VerbGroup[], context: Context): Promise<number> {
  return print(context, overview(groups, await helpWords(context)))
}

function helpWords({ language }: Context): Promise<SayHelp> {
  return helpIn(language?.tag ?? null)
}

function print({ stdout }: Context, text: string): number {
  printLine(stdout, text)
  return ExitCode.ok
}
