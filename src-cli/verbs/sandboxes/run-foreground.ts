import { AppError, appError } from '#contract/app-error'
import type { Sandbox, SandboxExit } from '#contract/sandbox'
import { type Context, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { followProcess } from '../../streams/process-stream.ts'
import { showTerminal } from '../../streams/terminal-session.ts'
import { defaultDetachKeys } from '../../tty/detach-keys.ts'
import { exitCodeOf } from '../shared/exit-code.ts'
import { createSignalProxy } from '../shared/signal-proxy.ts'
import type { RunFlags } from './run-spec.ts'

interface Foreground {
  readonly create: (start: boolean) => Promise<Sandbox>
  readonly flags: Pick<RunFlags, 'rm' | 'tty' | 'interactive' | 'raw' | 'detach-keys' | 'sig-proxy'>
}

/** Runs a sandbox whose main process is shown here, and resolves with its exit code. */
export async function runForeground(context: Context, { create, flags }: Foreground): Promise<number> {
  const sandbox = await create(true)
  // Nobody would ever see or remove a sandbox that was to go with its command, once its reader is gone.
  const forget = flags.rm
    ? context.onLeave(async () => void (await context.client.removeSandbox({ ref: sandbox.id, force: true })))
    : () => undefined
  try {
    return await (flags.tty ? showMainTerminal(context, sandbox, flags) : followMain(context, sandbox, flags))
  } finally {
    forget()
  }
}

async function followMain(context: Context, { id, name }: Sandbox, flags: Foreground['flags']): Promise<number> {
  const { exit, code } = await followProcess(context, {
    stream: 'attachStream',
    request: { ref: id, from: 'run' },
    stdin: flags.interactive,
    raw: flags.raw,
    ...(flags['sig-proxy'] && { onSignal: createSignalProxy(context, { id, name }) }),
  })
  return exitCodeOf(context, exit, code)
}

async function showMainTerminal(context: Context, sandbox: Sandbox, flags: Foreground['flags']): Promise<number> {
  const { client } = context
  // Asked before it can end: with --rm the sandbox is gone right after.
  const ended = client.waitSandbox({ ref: sandbox.id }).then(
    ({ exit }) => exit,
    (error: unknown) => AppError.from(error),
  )
  const terminal = (await client.listTerminals({ ref: sandbox.id })).find(({ kind }) => kind === 'main')
  if (!terminal) throw appError('main-terminal-missing', { name: sandbox.name })
  const end = await showTerminal(context, {
    terminal,
    input: flags.interactive,
    detachKeys: flags['detach-keys'] ?? defaultDetachKeys,
    fresh: true,
    raw: flags.raw,
  })
  if (end.kind === 'detached') {
    printNote(context, `Detached. "${sandbox.name}" runs on; come back with: joey attach ${sandbox.name}`)
    return ExitCode.ok
  }
  const exit: SandboxExit | AppError = await ended
  return exitCodeOf(context, exit instanceof AppError ? null : exit, end.code)
}
