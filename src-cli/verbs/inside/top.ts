import { defineCommand } from '../../command/command.ts'
import { type Output, printJson } from '../../context.ts'
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
    { line: 'joey top --json web', comment: 'The same as titles of columns and rows.' },
    { line: 'joey top web -o pid,args', comment: 'With options of the ps in its image.' },
  ],
  async run({ operands: [word = '', ...options], flags }, context) {
    const listed = collectOutput()
    const { code, exit } = await followProcess(flags.json ? { ...context, stdout: listed.output } : context, {
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
    if (flags.json && code === ExitCode.ok) printJson(context.stdout, readProcesses(listed.text()))
    return exitCodeOf(context, exit, code)
  },
})

/** What a guest prints is kept up to here: more is no list of processes. */
const mostBytes = 4 * 1024 * 1024

function collectOutput(): { readonly output: Output; readonly text: () => string } {
  const chunks: Buffer[] = []
  let size = 0
  const output: Output = {
    write(bytes, done) {
      const chunk = Buffer.from(bytes).subarray(0, mostBytes - size)
      size += chunk.length
      chunks.push(chunk)
      done?.()
      return true
    },
    once: () => undefined,
  }
  return { output, text: () => Buffer.concat(chunks).toString('utf8') }
}

/** The table that ps printed: only its last column may have blanks in it. */
export function readProcesses(text: string): {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
} {
  const [titles = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '')
  const columns = titles.trim().split(/\s+/)
  return { columns, rows: lines.map((line) => splitRow(line.trim(), columns.length)) }
}

function splitRow(line: string, cells: number): string[] {
  const words = [...line.matchAll(/\S+/g)]
  const last = words[cells - 1]
  if (!last) return words.map(([word]) => word)
  return [...words.slice(0, cells - 1).map(([word]) => word), line.slice(last.index)]
}
