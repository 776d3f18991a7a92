import { defineCommand } from '../../command/command.ts'
import { dockerRunOptions } from '../../command/docker-options.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { requireTty } from '../../tty/require-tty.ts'
import { runFlags } from '../shared/run-flags.ts'
import { readMaking, silent } from './make-sandbox.ts'
import { runForeground } from './run-foreground.ts'
import type { CreateRequest, RunFlags } from './run-spec.ts'

export const run = defineCommand({
  operands: 'IMAGE [--] [COMMAND] [ARG...]',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  failureCode: ExitCode.notStarted,
  description:
    'Options after the image belong to the command. Exits with the code of the command; 125 when Joey itself failed,\n' +
    '126 when the command cannot be executed, 127 when it is not in the image, 128 + n when signal n ended it.',
  flags: runFlags,
  docker: dockerRunOptions,
  examples: [
    { line: "joey run --rm busybox -- sh -c 'echo hello; exit 7'", comment: 'Prints hello and exits with 7.' },
    {
      line: 'joey run -it --name box busybox',
      comment: 'A shell. Ctrl-P Ctrl-Q leaves it running; joey attach box comes back.',
    },
    {
      line: 'joey run -d -m 64m --cpus 0.5 -p 8080:80 -v ./site:/www:ro busybox httpd -f -h /www',
      comment: 'A web server.',
    },
  ],
  async run({ flags, operands }, context) {
    const wait = readWait(flags)
    const attached = readAttach(flags)
    const { request, make } = await readMaking(context, flags, operands)
    if (flags.detach) {
      const sandbox = await make(request)
      if (flags.json) printJson(context.stdout, sandbox)
      else printLine(context.stdout, sandbox.id)
      if (wait !== null) await context.client.awaitSandbox({ ref: sandbox.id, condition: wait })
      return ExitCode.ok
    }
    if (flags.tty) requireTty(context)
    const shown = {
      ...context,
      stdout: attached.has('stdout') ? context.stdout : silent,
      stderr: attached.has('stderr') ? context.stderr : silent,
    }
    const interactive = flags.interactive && attached.has('stdin')
    const create = (start: boolean) => make({ ...request, start })
    const code = await runForeground(shown, { create, flags: { ...flags, interactive } })
    if (code !== ExitCode.ok) await noteRawSockets(context, request)
    return code
  },
})

/** Without `-a` all three; standard input only where it is kept open. */
function readAttach({ attach, detach }: RunFlags): ReadonlySet<string> {
  if (attach.length > 0 && detach) throw usageError('usage-attach-detached')
  const names = attach.map((text) => text.toLowerCase())
  const wrong = names.find((name) => !streams.includes(name))
  if (wrong !== undefined) throw usageError('usage-attach-stream', { text: wrong })
  return new Set(names.length === 0 ? streams : names)
}

const streams: readonly string[] = ['stdin', 'stdout', 'stderr']

function readWait({ wait, detach }: RunFlags): 'running' | 'healthy' | null {
  if (wait === undefined) return null
  if (detach !== true) throw usageError('usage-wait-detached')
  if (wait === 'running' || wait === 'healthy') return wait
  throw usageError('usage-condition', { option: '--wait', text: wait, names: 'running, healthy' })
}

/** Only after a command has failed, so that the others need not load it. */
async function noteRawSockets(context: Context, { spec: { command, grants } }: CreateRequest): Promise<void> {
  const { describeRawSockets } = await import('../inside/raw-sockets.ts')
  const note = describeRawSockets(command ?? [], grants ?? [], '--grant cap:NET_RAW gives them')
  if (note !== null) printNote(context, note)
}
