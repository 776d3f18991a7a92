import { defineCommand } from '../../command/command.ts'
import { ExitCode } from '../../exit-codes.ts'
import { followProcess } from '../../streams/process-stream.ts'
import { exitCodeOf } from '../shared/exit-code.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const top = defineCommand({
  operands: 'SANDBOX [PS-OPTION...]',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  failureCode: ExitCode.notStarted,
  description:
    'What "ps" of the image prints inside, with -ef unless other options are given. Ends with 127 where it has none.',
  flags: {},
  examples: [
    { line: 'joey top web', comment: 'The processes of web, as they see each other.' },
    { line: 'joey top web -o pid,args', comment: 'With options of the ps in its image.' },
  ],
  async run({ operands: [word = '', ...options] }, context) {
    const { code, exit } = await followProcess(context, {
      stream: 'execStream',
      request: { ref: sandboxRef(word) },
      first: {
        type: 'exec',
        argv: ['ps', ...(options.length > 0 ? options : ['-ef'])],
        ...{ env: {}, cwd: null, user: null, stdin: false, timeoutMs: null },
      },
      stdin: false,
      raw: false,
      onSignal: (signal, channel) => channel.send({ type: 'signal', signal }),
    })
    return exitCodeOf(context, exit, code)
  },
})
