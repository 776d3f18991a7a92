import { assertNever } from '#contract/assert-never'
import { type Language, say } from '#contract/language'
import { AgentEvent, AnyEvent } from '#contract/observe'
import { sentenceOfExit } from '#contract/say-exit'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import type { Context } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { formatRows, type RowFields, requireOneForm } from '../../output/row-format.ts'
import { sanitize } from '../../output/sanitize.ts'
import { settingText } from '../../output/setting-text.ts'
import { count, formatArgv } from '../../output/words.ts'
import { type Filters, isNameLike, readFiltersOf } from '../../parse/filters.ts'
import { parseWhole } from '../../parse/size.ts'
import { parseSince } from '../../parse/time.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { createOutlet } from '../../streams/outlet.ts'

export const events = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'The first line is the state of everything, unless --since names an event that the agent still has, or a time. A filter is\n' +
    'type=TYPE (sandbox stands for sandbox.changed and sandbox.removed), sandbox=NAME|ID, image=NAME or reason=REASON.',
  flags: {
    since: { type: 'string', value: 'SEQ|TIME', help: 'Begin after the event with this number, or at a time: 10m.' },
    until: { type: 'string', value: 'TIME', help: 'End there: 2026-01-31T12:00:00Z; of the past it does not wait.' },
    filter: {
      type: 'string',
      short: 'f',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'Only those with type=, sandbox=, image= or reason=.',
    },
    format: { type: 'string', value: 'TEMPLATE', help: 'As in {{.at}} {{.type}} {{.sandbox.name}}, or json.' },
  },
  examples: [
    { line: 'joey events', comment: 'One line for each thing that happens.' },
    { line: 'joey events --json --since 41', comment: 'One JSON object a line, from event 42 on.' },
    { line: 'joey events --since 1h --until 0s --filter sandbox=web', comment: 'What became of web in the last hour.' },
  ],
  async run({ flags }, context) {
    requireOneForm(flags)
    const describe = formatOf(flags, context.language ?? null)
    const fits = readEventFilters(flags.filter)
    const range = await readRange(context, flags)
    const isNarrowed = flags.filter.length > 0 || range.from !== null
    const outlet = createOutlet(() => channel)
    const address = { socketPath: context.place.socketPath }
    const request = range.since === undefined ? {} : { since: range.since }
    const write = (line: string) => outlet.write(context.stdout, `${line}\n`)
    const isOver = ({ at, seq }: AnyEvent) => seq > range.lastSeq || Date.parse(at) > range.until
    const channel: Channel<'eventStream'> = openChannel(address, 'eventStream', request, {
      onMessage: (event) => {
        if (isOver(event)) return channel.close()
        const isAsked = event.type === 'state' ? !isNarrowed : Date.parse(event.at) >= (range.from ?? 0) && fits(event)
        if (isAsked) write(describe(event))
        if (event.seq >= range.lastSeq) channel.close()
      },
      onUnknown: (message) => {
        if (!isNarrowed) write(flags.json ? JSON.stringify(message) : describeUnknown(message))
      },
    })
    const left = range.until - Date.now()
    const timer =
      Number.isFinite(left) && left > 0 ? setTimeout(() => channel.close(), Math.min(left, 2 ** 31 - 1)) : null
    await channel.ended
    if (timer) clearTimeout(timer)
    await outlet.flushed()
    return ExitCode.ok
  },
})

function formatOf(
  { json, format }: { readonly json: boolean; readonly format: string | undefined },
  language: Language | null,
): (event: AgentEvent) => string {
  if (json) return (event) => JSON.stringify(event)
  if (format === undefined) return (event) => describeEvent(event, language)
  // Columns would need all rows at once.
  if (/^table\s/.test(format)) throw usageError('usage-format-stream', { text: format })
  const fields: RowFields<AgentEvent> = {
    Time: ({ at }) => at,
    Type: ({ type }) => type,
    Action: (event) => describeFact(event, language),
    ID: (event) => ('sandbox' in event ? event.sandbox.id : 'id' in event ? event.id : ''),
  }
  formatRows(format, [], fields)
  return (event) => formatRows(format, [event], fields).join('\n')
}

interface Range {
  readonly since?: number | undefined
  readonly from: number | null
  readonly until: number
  /** The newest one where nothing of the future is asked for. */
  readonly lastSeq: number
}

/** The agent knows events by their numbers; of a time all that it keeps are looked through. */
async function readRange(
  { place }: Context,
  { since, until }: { readonly since: string | undefined; readonly until: string | undefined },
): Promise<Range> {
  const now = new Date()
  const end = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(parseSince('--until', until, now))
  const number = since === undefined ? undefined : parseWhole(since)
  const isTime = since !== undefined && number === undefined
  const from = isTime ? Date.parse(parseTime(since, now)) : null
  const isPast = end <= now.getTime()
  if (!isTime && !isPast) return { since: number, from, until: end, lastSeq: Number.POSITIVE_INFINITY }
  const newest = await newestSeq(place.socketPath)
  return {
    since: isTime ? Math.max(0, newest - keptEvents) : number,
    from,
    until: end,
    lastSeq: isPast ? newest : Number.POSITIVE_INFINITY,
  }
}

/** So many the agent keeps at least. */
const keptEvents = 10_000

function parseTime(text: string, now: Date): string {
  if (!/[a-z-]/i.test(text)) throw usageError('usage-event', { text })
  return parseSince('--since', text, now)
}

/** The whole state says as of which event it is. */
async function newestSeq(socketPath: string): Promise<number> {
  let newest = 0
  const channel: Channel<'eventStream'> = openChannel(
    { socketPath },
    'eventStream',
    {},
    {
      onMessage(event) {
        newest = event.seq
        channel.close()
      },
    },
  )
  await channel.ended
  return newest
}

const eventFilters: Filters<AgentEvent> = {
  type: ({ type }, value) => type === value || type.startsWith(`${value}.`),
  sandbox: isOfSandbox,
  // As Docker calls it.
  container: isOfSandbox,
  image: (event, value) =>
    event.type === 'image.changed'
      ? event.image.names.some((name) => isNameLike(name, value))
      : event.type === 'sandbox.changed' && isNameLike(event.sandbox.image, value),
  reason: (event, value) => event.type === 'notice' && event.reason === value,
}

function isOfSandbox(event: AgentEvent, value: string): boolean {
  if (event.type === 'sandbox.changed') return isRef(event.sandbox, value)
  if (event.type === 'sandbox.removed') return isRef(event, value)
  return event.type === 'snapshot.changed' && event.snapshot.sandboxName === value
}

/** Whole, or only what an event is about. Reasons of notices are open: a later agent has more. */
function eventTypes(): readonly string[] {
  const types = AgentEvent.options.map(({ shape }) => shape.type.value)
  return [...new Set(types.flatMap((type) => [type.split('.')[0] ?? type, type]))]
}

/** Whether an event fits all that is asked for. */
export function readEventFilters(texts: readonly string[]): (event: AgentEvent) => boolean {
  return readFiltersOf(texts, eventFilters, { type: eventTypes() })
}

function isRef({ id, name }: { readonly id: string; readonly name: string }, value: string): boolean {
  return name === value || (value.length >= 4 && id.startsWith(value))
}

/** An event of a later version of the agent: when it was, and what it calls itself. */
export function describeUnknown(message: unknown): string {
  const event = AnyEvent.safeParse(message)
  return event.success ? sanitize(`${event.data.at}  ${event.data.seq}  ${event.data.type}`) : '?'
}

/** One line for people. Safe to print: what a guest may have made is sanitized. */
export function describeEvent(event: AgentEvent, language: Language | null): string {
  return sanitize(`${event.at}  ${event.seq}  ${event.type}  ${describeFact(event, language)}`.trimEnd())
}

function describeFact(event: AgentEvent, language: Language | null): string {
  switch (event.type) {
    case 'state':
      return `${count(event.sandboxes.length, 'sandbox')}, ${count(event.images.length, 'image')}`
    case 'sandbox.changed': {
      const { id, name, state, exit, health } = event.sandbox
      const how = health === null ? '' : `, ${health}`
      return `${name} (${id}) ${state}${how}${state === 'stopped' && exit ? `: ${say(sentenceOfExit(exit), language)}` : ''}`
    }
    case 'sandbox.removed':
      return `${event.name} (${event.id})`
    case 'image.changed':
      return event.image.names.join(', ') || event.image.digest
    case 'image.removed':
      return event.digest
    case 'terminal.changed':
      return `${event.terminal.id} ${event.terminal.state}: ${formatArgv(event.terminal.argv)}`
    case 'terminal.removed':
      return event.id
    case 'task.changed':
      return `${event.task.id} ${event.task.kind} ${event.task.phase}: ${event.task.subject}`
    case 'task.removed':
      return event.id
    case 'settings.changed':
      return Object.entries(event.settings)
        .map(([name, value]) => `${name}=${settingText(value) ?? 'never'}`)
        .join(' ')
    case 'snapshot.changed': {
      const { id, sandboxName, name, state } = event.snapshot
      return `${id} ${sandboxName}@${name} ${state}`
    }
    case 'snapshot.removed':
      return event.id
    case 'volume.changed':
      return event.volume.name
    case 'network.changed':
      return event.network.name
    case 'network.removed':
    case 'volume.removed':
      return event.name
    case 'notice':
      return say(event, language)
    default:
      return assertNever(event, 'event')
  }
}
