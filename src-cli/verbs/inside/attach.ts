import { appError } from '#contract/app-error'
import type { Sandbox } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'
import { defineCommand } from '../../command/command.ts'
import { type Context, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { followProcess } from '../../streams/process-stream.ts'
import { showTerminal } from '../../streams/terminal-session.ts'
import { defaultDetachKeys, parseDetachKeys } from '../../tty/detach-keys.ts'
import { exitCodeOf } from '../shared/exit-code.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'
import { createSignalProxy } from '../shared/signal-proxy.ts'

export const attach = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  description:
    'Shows the terminal of the main process, else the terminal that was opened last, else the output of the main\n' +
    'process from now on. Exits with the code of what was shown.',
  flags: {
    terminal: { type: 'string', value: 'ID', help: 'Which terminal; joey terminals lists them.' },
    'detach-keys': { type: 'string', value: 'KEYS', help: 'Keys that leave the terminal: ctrl-p,ctrl-q if not given.' },
    raw: { type: 'boolean', help: 'Let output reach the clipboard here, and be answered by this terminal.' },
    'no-stdin': { type: 'boolean', help: 'Only watch, do not type.' },
    'sig-proxy': { type: 'boolean', initial: true, help: 'Pass signals to a main process without a terminal (on).' },
  },
  examples: [
    { line: 'joey attach box', comment: 'Ctrl-P Ctrl-Q leaves it running.' },
    { line: 'joey attach box --terminal 0123456789ab', comment: 'One of several terminals.' },
  ],
  async run({ flags, operands: [word = ''] }, context) {
    const detachKeys = flags['detach-keys'] ?? defaultDetachKeys
    parseDetachKeys(detachKeys)
    const sandbox = await context.client.inspectSandbox({ ref: sandboxRef(word) })
    const terminal = chooseTerminal(sandbox, await context.client.listTerminals({ ref: sandbox.id }), flags.terminal)
    if (!terminal)
      return attachStreams(context, sandbox, { stdin: !flags['no-stdin'], signals: flags['sig-proxy'], raw: flags.raw })
    const input = !flags['no-stdin'] && context.stdin.isTTY === true && terminal.state === 'running'
    const end = await showTerminal(context, { terminal, input, detachKeys, fresh: false, raw: flags.raw })
    if (end.kind === 'exited') return end.code ?? ExitCode.failed
    printNote(context, `Detached. "${sandbox.name}" runs on.`)
    return ExitCode.ok
  },
})

/** The one that was requested, or the best of those that run: the main one, else the latest. */
export function chooseTerminal(
  sandbox: Pick<Sandbox, 'name'>,
  terminals: readonly Terminal[],
  wanted: string | undefined,
): Terminal | undefined {
  if (wanted !== undefined) {
    const found = terminals.filter(({ id }) => id.startsWith(wanted))
    if (found.length === 1) return found[0]
    throw appError('terminal-not-found', {
      found: found.length === 0 ? 'none' : 'several',
      name: sandbox.name,
      terminal: wanted,
    })
  }
  const running = terminals.filter(({ state }) => state === 'running')
  return running.find(({ kind }) => kind === 'main') ?? running.at(-1)
}

async function attachStreams(
  context: Context,
  { id, name, state, spec }: Sandbox,
  wishes: { readonly stdin: boolean; readonly signals: boolean; readonly raw: boolean },
): Promise<number> {
  if (state !== 'running' && state !== 'paused') {
    throw appError('sandbox-not-running', { name, state })
  }
  const { exit, code } = await followProcess(context, {
    stream: 'attachStream',
    request: { ref: id, from: 'now' },
    stdin: wishes.stdin && spec.stdin,
    raw: wishes.raw,
    ...(wishes.signals ? { onSignal: createSignalProxy(context, { id, name }) } : {}),
  })
  return exitCodeOf(context, exit, code)
}
