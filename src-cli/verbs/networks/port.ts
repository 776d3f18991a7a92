import { type AppError, appError } from '#contract/app-error'
import { say } from '#contract/language'
import { portText } from '#contract/port-text'
import type { PortPublish, Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

const address = '127.0.0.1'

export const port = defineCommand({
  operands: 'SANDBOX [PORT[/tcp|/udp]]',
  count: [1, 2],
  description: 'With a port of the sandbox only where that is on this machine; ends with 1 where it is not published.',
  flags: {},
  examples: [
    { line: 'joey port web', comment: 'All that are published.' },
    { line: 'curl "http://$(joey port web 80)/"', comment: 'Where port 80 of it is.' },
  ],
  async run({ operands: [word = '', wanted], flags }, context) {
    const { client, stdout } = context
    const sandbox = await client.inspectSandbox({ ref: sandboxRef(word) })
    const one = wanted === undefined ? null : readPort(wanted)
    const found = sandbox.ports.filter(
      (each) => one === null || (each.guestPort === one.guestPort && each.protocol === one.protocol),
    )
    if (flags.json) printJson(stdout, found)
    else if (found.length === 0) {
      const why = explainNone(sandbox, one)
      if (one !== null) throw why
      printNote(context, say(why.wire, context.language ?? null))
    } else
      for (const each of found) {
        const place = `${address}:${each.hostPort}`
        printLine(stdout, one === null ? `${each.guestPort}/${each.protocol ?? 'tcp'} -> ${place}` : place)
      }
    return one !== null && found.length === 0 ? ExitCode.failed : ExitCode.ok
  },
})

function readPort(text: string): Wanted {
  const [, number, protocol] = /^([0-9]{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? []
  if (number === undefined) throw usageError('usage-number', { option: 'PORT', text, least: 1, most: 65_535 })
  return { guestPort: Number(number), protocol: protocol === 'udp' ? protocol : undefined }
}

type Wanted = Pick<PortPublish, 'guestPort' | 'protocol'>

/** Why there is no place on this machine to name: of a port, or of all. */
function explainNone({ name, ports, spec }: Sandbox, one: Wanted | null): AppError {
  if (ports.length === 0)
    return appError('port-not-published', { name, why: spec.ports.length > 0 ? 'stopped' : 'nothing' })
  const port = String(one?.guestPort)
  const other = ports.find(({ guestPort }) => guestPort === one?.guestPort)
  if (other) return appError('port-not-published', { name, port, protocol: other.protocol ?? 'tcp', why: 'protocol' })
  const known = ports.map(({ guestPort, protocol }) => portText(guestPort, protocol)).join(', ')
  return appError('port-not-published', { name, port, ports: known, why: 'other' })
}
