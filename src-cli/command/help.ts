import type { Command } from './command.ts'
import { type Flag, type Flags, withCommonFlags } from './flags.ts'
import type { Verb, VerbGroup } from './verb.ts'

/** What `joey VERB --help` prints. */
export function verbHelp(verb: Pick<Verb, 'name' | 'summary'>, command: Command): string {
  const operands = command.operands === '' ? '' : ` ${command.operands}`
  return [
    `Usage: joey ${verb.name} [OPTIONS]${operands}`,
    '',
    verb.summary,
    ...(command.description ? ['', command.description] : []),
    '',
    'Options:',
    ...optionLines(withCommonFlags(command.flags)),
    ...(command.examples.length > 0 ? ['', 'Examples:'] : []),
    ...command.examples.map(({ line, comment }) => `  ${line}\n      ${comment}`),
  ].join('\n')
}

/** What `joey help` prints. */
export function overview(groups: readonly VerbGroup[]): string {
  const width = Math.max(...groups.flatMap(({ verbs }) => verbs.map(({ name }) => name.length)))
  return [
    'Usage: joey COMMAND [OPTIONS]',
    '',
    'Runs code in sandboxes on this machine, each as isolated as you choose.',
    ...groups.flatMap(({ title, verbs }) => [
      '',
      `${title}:`,
      ...verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    ]),
    '',
    'joey COMMAND --help describes each.',
    'JOEY_HOME chooses another state folder.',
  ].join('\n')
}

function optionLines(flags: Flags): readonly string[] {
  const rows = Object.entries(flags)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, flag]) => [heading(name, flag), flag.help] as const)
  const width = Math.max(...rows.map(([head]) => head.length))
  return rows.map(([head, help]) => `  ${head.padEnd(width)}  ${help}`)
}

function heading(name: string, { type, short, value }: Flag): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`
}
