import { AppError, appError } from '#contract/app-error'
import type { Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseDetachKeys } from '../../tty/detach-keys.ts'
import { requireTty } from '../../tty/require-tty.ts'
import { runFlags } from '../run-flags.ts'
import { runForeground } from './run-foreground.ts'
import { type CreateRequest, readRunRequest } from '../run-spec.ts'

export const run = defineCommand({
  operands: 'IMAGE [--] [COMMAND] [ARG...]',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  failureCode: ExitCode.notStarted,
  description:
    'Options after the image belong to the command. Exits with the code of the command; 125 when Joey itself failed,\n' +
    '126 when the command cannot be executed, 127 when it is not in the image, 128 + n when signal n ended it.',
  flags: runFlags,
  examples: [
    { line: "joey run --rm busybox -- sh -c 'echo hello; exit 7'", says: 'Prints hello and exits with 7.' },
    {
      line: 'joey run -it --name box busybox',
      says: 'A shell. Ctrl-P Ctrl-Q leaves it running; joey attach box comes back.',
    },
    {
      line: 'joey run -d -m 64m --cpus 0.5 -p 8080:80 -v ./site:/www:ro busybox httpd -f -h /www',
      says: 'A web server.',
    },
  ],
  async run({ flags, operands }, context) {
    const request = readRunRequest(flags, operands, context)
    if (flags['detach-keys'] !== undefined) parseDetachKeys(flags['detach-keys'])
    if (flags.detach) {
      const sandbox = await create(context, request)
      if (flags.json) printJson(context.stdout, sandbox)
      else printLine(context.stdout, sandbox.id)
      return ExitCode.ok
    }
    if (flags.tty) requireTty(context)
    return runForeground(context, { create: (start) => create(context, { ...request, start }), flags })
  },
})

/** A missing image is the most frequent failure, so it says what there is instead. */
async function create({ client }: Context, request: CreateRequest): Promise<Sandbox> {
  try {
    return await client.createSandbox(request)
  } catch (error) {
    if (AppError.from(error).wire.code !== 'notFound') throw error
    const names = (await client.listImages({})).flatMap((image) => image.names)
    const here = names.length === 0 ? 'There are none yet.' : `There are: ${names.sort().join(', ')}.`
    throw appError('notFound', 'image-not-found', `There is no image "${request.spec.image}". ${here}`, {
      remedy: { kind: 'runCommand', command: 'joey image import FILE', why: 'Import one, as docker save writes it' },
      cause: error,
    })
  }
}
