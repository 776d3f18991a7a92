import * as z from 'zod'
import { stream } from './operation.ts'
import { Argv, Environment, GuestPath, SandboxExit, SandboxRef, SignalName, UserSpec } from './sandbox.ts'

/** The first message of an `exec`, and the only one before `started`. */
export const ExecRequest = z.strictObject({
  type: z.literal('exec'),
  argv: Argv.min(1),
  env: Environment.default({}),
  cwd: GuestPath.nullable().default(null),
  user: UserSpec.nullable().default(null),
  /** Without it standard input is empty. */
  stdin: z.boolean().default(false),
  /** The process is killed after this long and the exit says so. */
  timeoutMs: z.int().min(1).max(86_400_000).nullable().default(null),
  /**
   * It runs on by itself, with no streams, whoever leaves: `exit` comes as soon as it runs, with the code 0, or with 126 or 127
   * where it cannot. Its own end nobody is told; `stdin` and `timeoutMs` mean nothing then.
   */
  detach: z.boolean().default(false),
})
export type ExecRequest = z.infer<typeof ExecRequest>

export const ProcessUp = z.discriminatedUnion('type', [
  ExecRequest,
  z.strictObject({ type: z.literal('stdinEnd') }),
  z.strictObject({ type: z.literal('signal'), signal: SignalName }),
])
export type ProcessUp = z.infer<typeof ProcessUp>

export const ProcessDown = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started') }),
  /** Always the last message; every byte of output has been sent before it. */
  z.strictObject({
    type: z.literal('exit'),
    code: z.int().min(0).max(255).nullable(),
    timedOut: z.boolean(),
    exit: SandboxExit.nullable(),
  }),
])
export type ProcessDown = z.infer<typeof ProcessDown>

/**
 * Runs a command beside the main process. Client: `exec`, then binary frames of standard input.
 * Agent: `started`, binary frames (stream byte, then bytes), `exit`, close. Closing the socket kills the process.
 * A failure before `started` closes the socket with code 4000 and a WireError as one text frame before it.
 */
export const execStream = stream({
  name: 'sandbox.exec',
  path: '/v1/sandboxes/:ref/exec',
  summary: 'Runs a command in a running sandbox, streams apart.',
  request: z.strictObject({ ref: SandboxRef }),
  up: ProcessUp,
  down: ProcessDown,
})

/**
 * The main process of a sandbox without a terminal: output from `from` on, standard input if the sandbox keeps it open.
 * Closing the socket leaves the process alone.
 */
export const attachStream = stream({
  name: 'sandbox.attach',
  path: '/v1/sandboxes/:ref/attach',
  summary: 'Follows the main process, and feeds its standard input.',
  request: z.strictObject({ ref: SandboxRef, from: z.enum(['run', 'now']).default('run') }),
  up: ProcessUp,
  down: ProcessDown,
})
