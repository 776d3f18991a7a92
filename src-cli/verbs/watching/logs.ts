import type { LogLine } from '#contract/observe'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitizeLines } from '../../output/sanitize.ts'
import { parseWhole } from '../../parse/size.ts'
import { parseSince } from '../../parse/time.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { createOutlet } from '../../streams/outlet.ts'
import { filterTerminals } from '../../tty/filtered-output.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'
import { createLineChoice, type LineChoice } from './line-choice.ts'

export const logs = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  description:
    'What the main process wrote, over all its runs: to standard output and standard error. A pipe or a file gets each\n' +
    'as it was; a terminal gets text and colours only, since other sequences could act on it.',
  flags: {
    boot: { type: 'boolean', help: 'What the kernel of a micro-VM said, instead.' },
    follow: { type: 'boolean', short: 'f', help: 'Go on until the sandbox has ended.' },
    tail: { type: 'string', short: 'n', value: 'LINES', help: 'Only so many lines from the end.' },
    timestamps: { type: 'boolean', short: 't', help: 'Put the time before each line.' },
    raw: { type: 'boolean', help: 'Give a terminal every sequence too, whatever it does there.' },
    since: { type: 'string', value: 'TIME', help: 'Only what is younger: 10m, or 2026-01-31T12:00:00Z.' },
    until: { type: 'string', value: 'TIME', help: 'Only what is older, written the same way.' },
    grep: { type: 'string', value: 'TEXT', help: 'Only lines with this text. --tail counts before that.' },
  },
  docker: { '--details': 'details' },
  examples: [
    { line: 'joey logs -f -n 20 web', comment: 'Shows the last 20 lines and what follows.' },
    {
      line: 'joey logs -t --since 1h web 2>/dev/null',
      comment: 'Only its standard output of the last hour, with times.',
    },
  ],
  async run({ operands: [word = ''], flags }, context) {
    if (flags.boot) {
      const other = (['follow', 'tail', 'timestamps', 'since', 'until', 'grep', 'raw'] as const).find(
        (name) => flags[name],
      )
      if (other !== undefined) throw usageError('usage-boot-alone', { option: `--${other}` })
      return printBootLog(context, sandboxRef(word), flags.json)
    }
    const request = {
      ref: sandboxRef(word),
      follow: flags.follow,
      ...(flags.tail === undefined ? {} : readTail(flags.tail)),
      ...(flags.since === undefined ? {} : { since: parseSince('--since', flags.since, new Date()) }),
    }
    const format = flags.json ? formatJson : createLineFormat(flags.timestamps)
    const until = flags.until === undefined ? null : parseSince('--until', flags.until, new Date())
    const choose = createLineChoice({ until, grep: flags.grep ?? null })
    await printLog(flags.raw ? context : filterTerminals(context, 'lines'), request, { format, choose })
    return ExitCode.ok
  },
})

async function printBootLog(context: Context, ref: string, json: boolean): Promise<number> {
  const log = await context.client.readBootLog({ ref })
  if (json) printJson(context.stdout, log)
  else if (log.text === '')
    printNote(context, 'Nothing was said: only a micro-VM that has started has a kernel of its own.')
  // Root inside can write to the log of its kernel.
  else printLine(context.stdout, sanitizeLines(log.text.replaceAll('\r\n', '\n').trimEnd()))
  return ExitCode.ok
}

type LogRequest = Parameters<typeof openChannel<'logStream'>>[2]
type Format = (line: LogLine) => { readonly text: string; readonly stream: LogLine['stream'] }

interface Shown {
  readonly format: Format
  readonly choose: LineChoice
}

async function printLog(
  { place, stdout, stderr }: Context,
  request: LogRequest,
  { format, choose }: Shown,
): Promise<void> {
  const outlet = createOutlet(() => channel)
  const channel: Channel<'logStream'> = openChannel({ socketPath: place.socketPath }, 'logStream', request, {
    onMessage(message) {
      if (message.type === 'end') return channel.close()
      for (const line of message.lines.flatMap((each) => choose.take(each))) {
        const { text, stream } = format(line)
        outlet.write(stream === 'stderr' ? stderr : stdout, text)
      }
      if (choose.isOver()) channel.close()
    },
  })
  await channel.ended
  await outlet.flushed()
}

function readTail(text: string): { readonly tail?: number } {
  if (text === 'all') return {}
  const tail = parseWhole(text)
  if (tail === undefined) throw usageError('usage-lines', { text })
  return { tail }
}

/** In JSON both streams go to standard output: the line itself says which it was. */
const formatJson: Format = (line) => ({ text: `${JSON.stringify(line)}\n`, stream: 'stdout' })

/** A long line comes in parts; the time stands before the first one only. */
function createLineFormat(timestamps: boolean): Format {
  const open = { stdout: false, stderr: false }
  return ({ at, stream, text, partial }) => {
    const time = timestamps && !open[stream] ? `${at} ` : ''
    open[stream] = partial
    return { text: `${time}${text}${partial ? '' : '\n'}`, stream }
  }
}
