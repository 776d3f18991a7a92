import * as z from 'zod'
import { operation, stream } from './operation.ts'
import { Argv, Environment, GuestPath, SandboxId, SandboxRef, UserSpec } from './sandbox.ts'
import { Columns, Rows } from './terminal-size.ts'

export const TerminalId = z.string().regex(/^[a-f0-9]{12}$/)
export type TerminalId = z.infer<typeof TerminalId>

/** Owned by the agent: it lives on when the window closes, and its end stays readable until it is closed. */
export const Terminal = z.strictObject({
  id: TerminalId,
  sandboxId: SandboxId,
  /** `main` is the terminal of the sandbox's main process. */
  kind: z.enum(['main', 'exec']),
  argv: Argv,
  title: z.string(),
  columns: Columns,
  rows: Rows,
  state: z.enum(['running', 'exited']),
  exitCode: z.int().nullable(),
  viewers: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
})
export type Terminal = z.infer<typeof Terminal>

export const openTerminal = operation({
  name: 'terminal.open',
  method: 'POST',
  path: '/v1/sandboxes/:ref/terminals',
  summary: 'Opens a terminal in a running sandbox.',
  request: z.strictObject({
    ref: SandboxRef,
    /** Absent: the best shell that the image has. */
    argv: Argv.min(1).optional(),
    env: Environment.default({}),
    cwd: GuestPath.nullable().default(null),
    user: UserSpec.nullable().default(null),
    columns: Columns.default(80),
    rows: Rows.default(24),
  }),
  response: Terminal,
})

export const listTerminals = operation({
  name: 'terminal.list',
  method: 'GET',
  path: '/v1/sandboxes/:ref/terminals',
  summary: 'Lists the terminals of a sandbox, oldest first.',
  request: z.strictObject({ ref: SandboxRef }),
  response: z.array(Terminal),
})

export const closeTerminal = operation({
  name: 'terminal.close',
  method: 'DELETE',
  path: '/v1/terminals/:id',
  summary: 'Hangs up what runs in it and forgets its content. The main terminal of a running sandbox stays.',
  request: z.strictObject({
    id: TerminalId,
    /** Refused where more than its shell runs in it, or where nobody can know. */
    ifIdle: z.boolean().default(false),
  }),
  response: z.strictObject({ id: TerminalId }),
})

/** Bytes that a viewer may have unacknowledged before the agent stops reading the terminal. */
export const terminalWindowBytes = 384 * 1024

export const TerminalUp = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resize'), columns: Columns, rows: Rows }),
  /** Bytes that the viewer has shown since its last acknowledgement. */
  z.strictObject({
    type: z.literal('ack'),
    bytes: z
      .int()
      .positive()
      .max(2 ** 31),
  }),
])
export type TerminalUp = z.infer<typeof TerminalUp>

export const TerminalDown = z.discriminatedUnion('type', [
  /**
   * First message, and again when a viewer that had stopped reading is caught up: clear the screen, the
   * replay (the last 1 MB of output) follows as binary frames like any other output.
   */
  z.strictObject({ type: z.literal('reset'), terminal: Terminal, replayBytes: z.int().nonnegative() }),
  z.strictObject({ type: z.literal('resized'), columns: Columns, rows: Rows }),
  z.strictObject({ type: z.literal('exited'), exitCode: z.int().nullable() }),
])
export type TerminalDown = z.infer<typeof TerminalDown>

/**
 * A viewer of a terminal. Agent: `reset`, then binary frames of output. Client: binary frames of input,
 * `resize` (the latest viewer to resize wins, the others get a message), `ack`. Any number of viewers.
 */
export const terminalStream = stream({
  name: 'terminal.attach',
  path: '/v1/terminals/:id/attach',
  summary: 'Shows a terminal and types into it.',
  request: z.strictObject({ id: TerminalId }),
  up: TerminalUp,
  down: TerminalDown,
})
