import { once } from 'node:events'
import { fstatSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { AppError, appError } from '#contract/app-error'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { functionName } from './function-name.ts'

export const fnInvoke = defineCommand({
  operands: 'FUNCTION',
  count: [1, 1],
  description:
    'What is piped into it is the body. Prints the body of the answer; exits with 1 where its\n' +
    'status is 400 and above.',
  flags: {
    data: { type: 'string', short: 'd', value: 'TEXT', help: 'The body, in place of standard input.' },
    request: { type: 'string', short: 'X', value: 'METHOD', help: 'GET if not given; POST with a body.' },
    header: { type: 'string', short: 'H', multiple: true, value: 'NAME:VALUE', help: 'Send a header.' },
    path: { type: 'string', value: 'PATH', help: 'What it is asked for: / if not given.' },
    tag: { type: 'string', value: 'TAG', help: 'The revision of that tag.' },
    include: { type: 'boolean', short: 'i', help: 'Show status and headers too.' },
  },
  examples: [
    { line: 'echo hello | joey fn invoke count', comment: 'Calls it with that body.' },
    { line: 'joey fn invoke site --path /hostname', comment: 'Asks a web server for a page.' },
  ],
  async run({ operands: [text = ''], flags }, context) {
    const name = functionName(text)
    const { url } = await context.client.inspectFunction({ name })
    if (url === null) throw appError('function-answer-broken')
    const answer = await send(context, { name, port: new URL(url).port, ...flags })
    if (flags.include) printLine(context.stdout, describeHead(answer))
    await pipeline(answer, writeTo(context))
    return (answer.statusCode ?? 0) < 400 ? ExitCode.ok : ExitCode.failed
  },
})

interface Wish {
  readonly name: string
  readonly port: string
  readonly data: string | undefined
  readonly request: string | undefined
  readonly header: readonly string[]
  readonly path: string | undefined
  readonly tag: string | undefined
}

async function send(
  context: Context,
  { name, port, data, request, header, path = '/', tag }: Wish,
): Promise<IncomingMessage> {
  const hasInput = data === undefined && hasBody()
  const method = request ?? (data !== undefined || hasInput ? 'POST' : 'GET')
  const place = `/fn/${name}${tag === undefined ? '' : `@${tag}`}${path.startsWith('/') ? path : `/${path}`}`
  const sent = httpRequest({ host: '127.0.0.1', port, method, path: place, headers: readHeaders(header) })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  if (hasInput) {
    // One that answers before it has read all ends this, which is no failure of the call.
    pipeline(context.stdin, sent).catch(() => undefined)
  } else sent.end(data)
  const [answer] = await answered.catch((error: unknown) => {
    throw AppError.from(appError('function-answer-broken', {}, { cause: error, detail: String(error) }))
  })
  return answer
}

/** A terminal, or no input at all, is no body. */
function hasBody(): boolean {
  const input = fstatSync(0)
  return input.isFIFO() || input.isSocket() || (input.isFile() && input.size > 0)
}

function readHeaders(given: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const text of given) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(text)
    const [, name = '', value = ''] = match ?? []
    if (!match) throw usageError('usage-header', { text })
    headers[name] = [...(headers[name] ?? []), value]
  }
  return headers
}

function describeHead({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []))
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, ''].join('\n')
}

function writeTo({ stdout }: Context) {
  return async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source)
      if (!stdout.write(chunk)) await new Promise<void>((go) => stdout.once('drain', go))
  }
}
