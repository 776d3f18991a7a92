import type { Request } from '#contract/client/call-operation'
import type { SentenceValues } from '#contract/sentence'
import { Settings, type updateSettings } from '#contract/settings'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { settingText } from '../../output/setting-text.ts'
import { parseSize } from '../../parse/size.ts'

type Change = Request<typeof updateSettings>

export const settings = defineCommand({
  operands: '[NAME=VALUE...]',
  count: [0, Number.POSITIVE_INFINITY],
  description: `Without an operand it shows them. Names:\n${Object.keys(Settings.shape)
    .map((name) => `  ${name}`)
    .join('\n')}`,
  flags: {},
  examples: [
    {
      line: 'joey settings defaultClass=gvisor',
      comment: 'New sandboxes are of that class unless an option names another.',
    },
    {
      line: 'joey settings selfTestEveryHours=24',
      comment: 'Checks every running sandbox once a day; "never" ends it.',
    },
  ],
  async run({ operands, flags }, { client, stdout }) {
    const change = readChange(operands)
    const now = operands.length === 0 ? await client.readSettings({}) : await client.updateSettings(change)
    if (flags.json) printJson(stdout, now)
    else
      for (const [name, value] of Object.entries(now))
        printLine(stdout, `${name}=${settingText(value) ?? emptyWords[name as keyof Settings] ?? ''}`)
    return ExitCode.ok
  },
})

/** How the values are written. */
const forms: Readonly<Record<keyof Settings, SentenceValues<'usage-setting-value'>[0]['form']>> = {
  defaultClass: 'class',
  selfTestAfterChange: 'boolean',
  selfTestEveryHours: 'hours',
  patchGvisorToSave: 'boolean',
  defaultMemoryPercent: 'percent',
  defaultDiskBytes: 'size',
  pauseDiskWriters: 'boolean',
  totalMemoryPercent: 'totalPercent',
  microvmKernel: 'kernel',
  searchRegistry: 'registry',
  imageAliases: 'aliases',
  insecureRegistries: 'hosts',
  registryHosts: 'hosts',
  registryCertificates: 'file',
  registryProxy: 'proxy',
}

/** Those that are lists: their values stand with commas between them. */
const lists: ReadonlySet<string> = new Set(['imageAliases', 'insecureRegistries', 'registryHosts'])

/** How it is written that nothing is chosen. */
const emptyWords: Readonly<Partial<Record<keyof Settings, string>>> = {
  selfTestEveryHours: 'never',
  defaultMemoryPercent: 'none',
  defaultDiskBytes: 'none',
  totalMemoryPercent: 'none',
  microvmKernel: 'default',
  searchRegistry: 'default',
  imageAliases: 'none',
  insecureRegistries: 'none',
  registryHosts: 'none',
  registryCertificates: 'none',
  registryProxy: 'none',
}

/** Reads `NAME=VALUE` words; the contract defines what fits. */
export function readChange(words: readonly string[]): Change {
  const change: Record<string, unknown> = {}
  for (const word of words) {
    const equals = word.indexOf('=')
    const name = word.slice(0, Math.max(0, equals))
    const field = Object.hasOwn(Settings.shape, name) ? Settings.shape[name as keyof Settings] : undefined
    if (!field) throw usageError('usage-setting-unknown', { word, names: Object.keys(Settings.shape).join(', ') })
    const text = word.slice(equals + 1)
    const isEmpty = text === emptyWords[name as keyof Settings]
    const checked = field.safeParse(isEmpty ? (lists.has(name) ? [] : null) : readValue(name, text))
    if (!checked.success) throw usageError('usage-setting-value', { word, form: forms[name as keyof Settings] })
    change[name] = checked.data
  }
  return change as Change
}

function readValue(name: string, text: string): unknown {
  if (lists.has(name)) return text.split(',')
  if (forms[name as keyof Settings] === 'size' && /^\d/.test(text)) return parseSize(name, text)
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d{1,9}$/.test(text) ? Number(text) : text
}
