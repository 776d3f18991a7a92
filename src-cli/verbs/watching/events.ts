import { assertNever } from '#contract/assert-never'
import { type Language, say } from '#contract/language'
import { type AgentEvent, AnyEvent } from '#contract/observe'
import { sentenceOfExit } from '#contract/say-exit'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { settingText } from '../../output/setting-text.ts'
import { count, formatArgv } from '../../output/words.ts'
import { parseWhole } from '../../parse/size.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { createOutlet } from '../../streams/outlet.ts'

export const events = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'The first line is the state of everything, unless --since names an event that the agent still has.',
  flags: { since: { type: 'string', value: 'SEQ', help: 'Begin after the event with this number.' } },
  examples: [
    { line: 'joey events', comment: 'One line for each thing that happens.' },
    { line: 'joey events --json --since 41', comment: 'One JSON object a line, from event 42 on.' },
  ],
  async run({ flags }, context) {
    const since = flags.since === undefined ? undefined : parseWhole(flags.since)
    if (flags.since !== undefined && since === undefined) {
      throw usageError('usage-event', { text: flags.since })
    }
    const outlet = createOutlet(() => channel)
    const request = since === undefined ? {} : { since }
    const address = { socketPath: context.place.socketPath }
    const channel: Channel<'eventStream'> = openChannel(address, 'eventStream', request, {
      onMessage: (event) => {
        const line = flags.json ? JSON.stringify(event) : describeEvent(event, context.language ?? null)
        outlet.write(context.stdout, `${line}\n`)
      },
      onUnknown: (message) => {
        const line = flags.json ? JSON.stringify(message) : describeUnknown(message)
        outlet.write(context.stdout, `${line}\n`)
      },
    })
    await channel.ended
    await outlet.flushed()
    return ExitCode.ok
  },
})

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
    case 'volume.removed':
      return event.name
    case 'notice':
      return say(event, language)
    default:
      return assertNever(event, 'event')
  }
}
