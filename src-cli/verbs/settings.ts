import type { Request } from '#contract/client/client'
import { Settings, type updateSettings } from '#contract/settings'
import { defineCommand } from '../command/command.ts'
import { usageError } from '../command/usage-error.ts'
import { printJson, printLine } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'

type Change = Request<typeof updateSettings>

export const settings = defineCommand({
  operands: '[NAME=VALUE...]',
  count: [0, Number.POSITIVE_INFINITY],
  description: `Without an operand it shows them. Names: ${Object.keys(Settings.shape).join(', ')}.`,
  flags: {},
  examples: [
    { line: 'joey settings defaultClass=gvisor', says: 'New sandboxes are of that class unless told otherwise.' },
    { line: 'joey settings selfTestEveryHours=24', says: 'Checks every running sandbox once a day; "never" ends it.' },
  ],
  async run({ operands, flags }, { client, stdout }) {
    const change = readChange(operands)
    const now = operands.length === 0 ? await client.readSettings({}) : await client.updateSettings(change)
    if (flags.json) printJson(stdout, now)
    else for (const [name, value] of Object.entries(now)) printLine(stdout, `${name}=${value ?? 'never'}`)
    return ExitCode.ok
  },
})

/** How the values are written. */
const forms: Readonly<Record<keyof Settings, string>> = {
  defaultClass: 'container, gvisor or microvm',
  selfTestAfterChange: 'true or false',
  selfTestEveryHours: 'a whole number of hours from 1 to 720, or never',
}

/** Reads `NAME=VALUE` words; the contract says what fits. */
export function readChange(words: readonly string[]): Change {
  const change: Record<string, unknown> = {}
  for (const word of words) {
    const equals = word.indexOf('=')
    const name = word.slice(0, Math.max(0, equals))
    const field = Object.hasOwn(Settings.shape, name) ? Settings.shape[name as keyof Settings] : undefined
    if (!field) throw usageError(`${word}: write NAME=VALUE with one of ${Object.keys(Settings.shape).join(', ')}.`)
    const text = word.slice(equals + 1)
    const checked = field.safeParse(readValue(text))
    if (!checked.success) throw usageError(`${word}: it is ${forms[name as keyof Settings]}.`)
    change[name] = checked.data
  }
  return change as Change
}

function readValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'never') return null
  return /^\d{1,9}$/.test(text) ? Number(text) : text
}
