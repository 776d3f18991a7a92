import type { SayHelp } from '../languages/help-texts.ts'
import { padTo, widthOf } from '../output/text-width.ts'
import type { Command } from './command.ts'
import { type Flag, type Flags, withCommonFlags } from './flags.ts'
import type { Verb, VerbGroup } from './verb.ts'

/** What the help says in every case, as it is known to the tables of languages. */
export const helpFrame = {
  usage: 'Usage: ',
  usageOfAll: 'Usage: joey COMMAND [OPTIONS]',
  purpose: 'Runs code in sandboxes on this machine, each as isolated as you choose.',
  /** Behind the title of a group. */
  colon: ':',
  options: 'Options:',
  examples: 'Examples:',
  each: 'joey COMMAND --help describes each.',
  variables: 'JOEY_HOME chooses another state folder, JOEY_LANG a language: en, zh.',
} as const

/** What `joey VERB --help` prints. */
export function verbHelp(verb: Pick<Verb, 'name' | 'summary'>, command: Command, say: SayHelp): string {
  const operands = command.operands === '' ? '' : ` ${command.operands}`
  return [
    `${say(helpFrame.usage)}joey ${verb.name} [OPTIONS]${operands}`,
    '',
    say(verb.summary),
    ...(command.description ? ['', say(command.description)] : []),
    '',
    say(helpFrame.options),
    ...optionLines(withCommonFlags(command.flags), say),
    ...(command.examples.length > 0 ? ['', say(helpFrame.examples)] : []),
    ...command.examples.map(({ line, comment }) => `  ${line}\n      ${say(comment)}`),
  ].join('\n')
}

/** What `joey help` prints. */
export function overview(groups: readonly VerbGroup[], say: SayHelp): string {
  const width = Math.max(...groups.flatMap(({ verbs }) => verbs.map(({ name }) => name.length)))
  return [
    say(helpFrame.usageOfAll),
    '',
    say(helpFrame.purpose),
    ...groups.flatMap(({ title, verbs }) => [
      '',
      `${say(title)}${say(helpFrame.colon)}`,
      ...verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${say(summary)}`),
    ]),
    '',
    say(helpFrame.each),
    say(helpFrame.variables),
  ].join('\n')
}

function optionLines(flags: Flags, say: SayHelp): readonly string[] {
  const rows = Object.entries(flags)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, flag]) => [heading(name, flag), flag.help] as const)
  const width = Math.max(...rows.map(([head]) => widthOf(head)))
  return rows.map(([head, help]) => `  ${padTo(head, width)}  ${say(help)}`)
}

function heading(name: string, { type, short, value }: Flag): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`
}
