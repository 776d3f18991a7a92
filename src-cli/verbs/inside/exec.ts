import { defineCommand } from '../../command/command.ts'
import type { Values } from '../../command/flags.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { readEnvironment } from '../../parse/environment.ts'
import { parseDuration } from '../../parse/time.ts'
import { commandWords } from '../../parse/words.ts'
import { followProcess } from '../../streams/process-stream.ts'
import { showTerminal } from '../../streams/terminal-session.ts'
import { defaultDetachKeys, parseDetachKeys } from '../../tty/detach-keys.ts'
import { windowSize } from '../../tty/raw-tty.ts'
import { requireTty } from '../../tty/require-tty.ts'
import { exitCodeOf } from '../shared/exit-code.ts'
import { processFlags } from '../shared/run-flags.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'
import { warnOfLackingRights } from './lacking-rights.ts'

const flags = {
  ...processFlags,
  detach: {
    type: 'boolean',
    short: 'd',
    help: 'Return as soon as it runs. It goes on by itself, and is heard of no more.',
  },
  timeout: { type: 'string', value: 'DURATION', help: 'Kill the command after this long: 30s, 5m.' },
} as const

export const exec = defineCommand({
  operands: 'SANDBOX [--] COMMAND [ARG...]',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  failureCode: ExitCode.notStarted,
  description:
    'Exits with the code of the command; 124 when --timeout ended it, 125 when Joey itself failed, 126 when it cannot\n' +
    'be executed, 127 when it is not there, 128 + n when signal n ended it. With -t the command may be left out: a shell.',
  flags,
  docker: { '--privileged': 'privileged' },
  examples: [
    { line: 'joey exec web -- cat /etc/os-release', comment: 'Output and exit code are those of the command.' },
    { line: "printf 'a\\0b' | joey exec -i web -- od -c", comment: 'Standard input is passed on byte for byte.' },
    { line: 'joey exec -it web', comment: 'The best shell that the image has.' },
    { line: 'joey exec -d web -- touch /tmp/ready', comment: 'Does not wait for its end.' },
  ],
  async run({ flags: given, operands: [word = '', ...words] }, context) {
    const ref = sandboxRef(word)
    const argv = [...commandWords(words)]
    if (argv.length === 0 && !given.tty) throw usageError('usage-command-empty')
    const process = {
      env: readEnvironment(given['env-file'], given.env, context.env),
      cwd: given.workdir ?? null,
      user: given.user ?? null,
    }
    if (given.detach && given.timeout !== undefined) throw usageError('usage-timeout-with-detach')
    const code = given.tty
      ? await execInTerminal(context, ref, { argv, process, given })
      : await execWithStreams(context, ref, { argv, process, given })
    if (code !== ExitCode.ok) await warnOfLackingRights(context, ref, { argv, user: process.user })
    return code
  },
})

interface ExecRequest {
  readonly argv: string[]
  readonly process: { readonly env: Record<string, string>; readonly cwd: string | null; readonly user: string | null }
  readonly given: Values<typeof flags>
}

async function execWithStreams(context: Context, ref: string, { argv, process, given }: ExecRequest): Promise<number> {
  const timeoutMs = given.timeout === undefined ? null : parseDuration('--timeout', given.timeout)
  const { detach } = given
  const stdin = given.interactive && !detach
  const { code, timedOut, exit } = await followProcess(context, {
    stream: 'execStream',
    request: { ref },
    first: { type: 'exec', argv, ...process, stdin, timeoutMs, detach },
    stdin,
    raw: given.raw,
    onSignal: (signal, channel) => channel.send({ type: 'signal', signal }),
  })
  if (!timedOut) return exitCodeOf(context, exit, code)
  printNote(context, `joey: The command was killed: it had not ended after ${given.timeout}.`)
  return ExitCode.timedOut
}

async function execInTerminal(context: Context, ref: string, { argv, process, given }: ExecRequest): Promise<number> {
  if (given.timeout !== undefined) throw usageError('usage-timeout-with-tty')
  if (!given.detach) requireTty(context)
  const detachKeys = given['detach-keys'] ?? defaultDetachKeys
  parseDetachKeys(detachKeys)
  const { client } = context
  const terminal = await client.openTerminal({
    ref,
    ...(argv.length > 0 ? { argv } : {}),
    ...process,
    ...windowSize(context),
  })
  // A terminal is the agent's, whoever looks at it.
  if (given.detach) return ExitCode.ok
  const end = await showTerminal(context, {
    terminal,
    input: given.interactive,
    detachKeys,
    fresh: true,
    raw: given.raw,
  })
  if (end.kind === 'detached') {
    printNote(context, `Detached. The terminal lives on; come back with: joey attach ${ref} --terminal ${terminal.id}`)
    return ExitCode.ok
  }
  // Its content was for this screen; left open it would stay listed. It may be gone with its sandbox.
  await client.closeTerminal({ id: terminal.id }).catch(() => undefined)
  return end.code ?? ExitCode.notStarted
}
