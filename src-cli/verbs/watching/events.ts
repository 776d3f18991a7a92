import { assertNever } from '#contract/assert-never'
import { type AgentEvent, eventStream } from '#contract/observe'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { count, formatArgv } from '../../output/words.ts'
import { parseWhole } from '../../parse/size.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { createOutlet } from '../../streams/outlet.ts'

export const events = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'The first line is a snapshot of everything, unless --since names an event that the agent still has.',
  flags: { since: { type: 'string', value: 'SEQ', help: 'Begin after the event with this number.' } },
  examples: [
    { line: 'joey events', says: 'One line for each thing that happens.' },
    { line: 'joey events --json --since 41', says: 'One JSON object a line, from event 42 on.' },
  ],
  async run({ flags }, context) {
    const since = flags.since === undefined ? undefined : parseWhole(flags.since)
    if (flags.since !== undefined && since === undefined) {
      throw usageError(`--since ${flags.since}: not the number of an event.`)
    }
    const outlet = createOutlet(() => channel)
    const request = since === undefined ? {} : { since }
    const address = { socketPath: context.place.socketPath }
    const channel: Channel<typeof eventStream> = openChannel(address, eventStream, request, {
      onMessage: (event) => {
        const line = flags.json ? JSON.stringify(event) : describeEvent(event)
        outlet.write(context.stdout, `${line}\n`)
      },
    })
    await channel.ended
    await outlet.flushed()
    return ExitCode.ok
  },
})

/** One line for people. Safe to print: what a guest may have made is sanitized. */
export function describeEvent(event: AgentEvent): string {
  return sanitize(`${event.at}  ${event.seq}  ${event.type}  ${describeFact(event)}`.trimEnd())
}

function describeFact(event: AgentEvent): string {
  switch (event.type) {
    case 'snapshot':
      return `${count(event.sandboxes.length, 'sandbox')}, ${count(event.images.length, 'image')}`
    case 'sandbox.changed': {
      const { id, name, state, exit } = event.sandbox
      return `${name} (${id}) ${state}${state === 'stopped' && exit ? `: ${exit.message}` : ''}`
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
        .map(([name, value]) => `${name}=${value ?? 'never'}`)
        .join(' ')
    case 'snapshot.changed': {
      const { id, sandboxName, name, state } = event.snapshot
      return `${id} ${sandboxName}@${name} ${state}`
    }
    case 'snapshot.removed':
      return event.id
    case 'notice':
      return event.message
    default:
      return assertNever(event, 'event')
  }
}
