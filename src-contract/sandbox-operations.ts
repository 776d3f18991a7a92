import * as z from 'zod'
import { ClassProblem } from './classes.ts'
import { HealthLog, noHealthLog } from './health.ts'
import { operation } from './operation.ts'
import {
  Grant,
  IsolationClass,
  Limits,
  NetworkName,
  Sandbox,
  SandboxExit,
  SandboxId,
  SandboxName,
  SandboxRef,
  SandboxSpec,
  SignalName,
  SpecChange,
} from './sandbox.ts'
import { TerminalSize } from './terminal-size.ts'
import { mayGrow } from './tolerant.ts'
import { Wording } from './wire-texts.ts'
import { awaitedConditions } from './words.ts'

const ByRef = z.strictObject({ ref: SandboxRef })

export const createSandbox = operation({
  name: 'sandbox.create',
  method: 'POST',
  path: '/v1/sandboxes',
  summary: 'Creates a sandbox, and starts it unless `start` is false. Answers once the main process exists.',
  request: z.strictObject({
    /** Absent: the agent makes one up. */
    name: SandboxName.optional(),
    /** Without a class, a limit of memory or of the disk: those that the settings name. Null is no limit. */
    spec: SandboxSpec.extend({
      class: IsolationClass.optional(),
      limits: Limits.extend({
        memoryBytes: Limits.shape.memoryBytes.unwrap().optional(),
        diskBytes: Limits.shape.diskBytes.unwrap().optional(),
      }).default({
        cpus: null,
        pids: 4096,
      }),
    }),
    start: z.boolean().default(true),
    /** Beside the ports of the specification, those that the image declares, each on a free one of this machine. */
    publishExposed: z.boolean().default(false),
    /** The terminal that the main process is to be shown in, so that its first reading of the size is right. Absent: 80 by 24. */
    terminal: TerminalSize.optional(),
  }),
  response: Sandbox,
})

export const listSandboxes = operation({
  name: 'sandbox.list',
  method: 'GET',
  path: '/v1/sandboxes',
  summary: 'Lists sandboxes, those that do not run too when `all` is set; newest first.',
  request: z.strictObject({ all: z.boolean().default(false) }),
  response: z.array(Sandbox),
})

export const inspectSandbox = operation({
  name: 'sandbox.inspect',
  method: 'GET',
  path: '/v1/sandboxes/:ref',
  summary: 'Reads one sandbox, with what is kept of its checks of health.',
  request: ByRef,
  response: Sandbox.extend({ healthLog: HealthLog.default(noHealthLog) }),
})

export const startSandbox = operation({
  name: 'sandbox.start',
  method: 'POST',
  path: '/v1/sandboxes/:ref/start',
  summary: 'Starts it again with the disk it has. Starting a running one changes nothing.',
  request: ByRef,
  response: Sandbox,
})

const StopRequest = z.strictObject({
  ref: SandboxRef,
  graceMs: z.int().min(0).max(600_000).optional(),
  /** Sent first, this once; absent: its stop signal. */
  signal: SignalName.optional(),
})

export const stopSandbox = operation({
  name: 'sandbox.stop',
  method: 'POST',
  path: '/v1/sandboxes/:ref/stop',
  summary:
    'Sends the stop signal, waits, then kills. Answers once it has stopped. Stopping a stopped one changes nothing.',
  request: StopRequest,
  response: Sandbox,
})

export const killSandbox = operation({
  name: 'sandbox.kill',
  method: 'POST',
  path: '/v1/sandboxes/:ref/kill',
  summary: 'Sends a signal to the main process; KILL by default. Does not wait for what follows.',
  request: z.strictObject({ ref: SandboxRef, signal: SignalName.default('KILL') }),
  response: Sandbox,
})

export const restartSandbox = operation({
  name: 'sandbox.restart',
  method: 'POST',
  path: '/v1/sandboxes/:ref/restart',
  summary: 'Stops it if it runs, then starts it.',
  request: StopRequest,
  response: Sandbox,
})

export const pauseSandbox = operation({
  name: 'sandbox.pause',
  method: 'POST',
  path: '/v1/sandboxes/:ref/pause',
  summary: 'Freezes every process in it.',
  request: ByRef,
  response: Sandbox,
})

export const resumeSandbox = operation({
  name: 'sandbox.resume',
  method: 'POST',
  path: '/v1/sandboxes/:ref/resume',
  summary: 'Thaws a paused sandbox.',
  request: ByRef,
  response: Sandbox,
})

export const renameSandbox = operation({
  name: 'sandbox.rename',
  method: 'PATCH',
  path: '/v1/sandboxes/:ref',
  summary: 'Gives it another name. The hostname inside changes with the next start.',
  request: z.strictObject({ ref: SandboxRef, name: SandboxName }),
  response: Sandbox,
})

export const updateSandbox = operation({
  name: 'sandbox.update',
  method: 'PATCH',
  path: '/v1/sandboxes/:ref/limits',
  summary: 'Changes limits, at once where it runs. A limit below present use is refused.',
  request: z.strictObject({
    ref: SandboxRef,
    memoryBytes: Limits.shape.memoryBytes.unwrap().optional(),
    cpus: Limits.shape.cpus.unwrap().optional(),
    pids: Limits.shape.pids.unwrap().optional(),
    /** From the next start on; while it runs it can be raised only. */
    diskBytes: Limits.shape.diskBytes.unwrap().optional(),
  }),
  response: Sandbox,
})

export const removeSandbox = operation({
  name: 'sandbox.remove',
  method: 'DELETE',
  path: '/v1/sandboxes/:ref',
  summary: 'Removes it with its disk and logs. A running one only with `force`.',
  request: z.strictObject({
    ref: SandboxRef,
    force: z.boolean().default(false),
    /** Also the volumes that were made for it alone and that no other sandbox uses. */
    volumes: z.boolean().default(false),
  }),
  response: z.strictObject({ id: SandboxId }),
})

export const waitSandbox = operation({
  name: 'sandbox.wait',
  method: 'GET',
  path: '/v1/sandboxes/:ref/wait',
  summary: 'Answers when the main process has ended (and, with removeOnExit, the sandbox is gone).',
  request: ByRef,
  response: z.strictObject({ id: SandboxId, exit: SandboxExit }),
})

export const awaitSandbox = operation({
  name: 'sandbox.await',
  method: 'GET',
  path: '/v1/sandboxes/:ref/await',
  summary: 'Answers when it is so. What can no longer become so without somebody doing something is refused.',
  request: z.strictObject({ ref: SandboxRef, condition: z.enum(awaitedConditions) }),
  response: z.strictObject({ id: SandboxId }),
})

export const setNetwork = operation({
  name: 'sandbox.setNetwork',
  method: 'PATCH',
  path: '/v1/sandboxes/:ref/network',
  summary: 'Puts a sandbox on one shared network, or on none, at once where it runs. Its address and ports stay.',
  request: z.strictObject({ ref: SandboxRef, networkName: NetworkName.nullable() }),
  response: Sandbox,
})

export const setGrants = operation({
  name: 'sandbox.setGrants',
  method: 'PATCH',
  path: '/v1/sandboxes/:ref/grants',
  summary: 'Gives or takes back what is refused by default. A running sandbox gets it with its next start.',
  request: z.strictObject({ ref: SandboxRef, grants: z.array(Grant).max(64) }),
  response: Sandbox,
})

/** What a change would do, field by field. */
export const ChangePlan = z.strictObject({
  /** Those whose value would be another. */
  fields: z.array(
    z.strictObject({
      field: z.string(),
      /** `recreated`: it is stopped and started again, with the disk that it has. */
      effect: mayGrow(z.enum(['live', 'nextStart', 'recreated']), 'nextStart'),
    }),
  ),
  /** It runs now, so it is stopped and started again. */
  restarts: z.boolean(),
  /** A snapshot of its disk is made first. */
  keepsSnapshot: z.boolean(),
  /** Sentences: what does not survive. */
  lost: z.array(z.string()),
  /** One for each, in the same order. */
  lostWordings: z.array(Wording).optional(),
  /** With one that blocks, the change is refused. */
  problems: z.array(ClassProblem),
})
export type ChangePlan = z.infer<typeof ChangePlan>

const ChangeRequest = z.strictObject({
  ref: SandboxRef,
  change: SpecChange,
  /** What takes effect with the next start only has it at once: where it runs, it is stopped and started again. */
  restart: z.boolean().default(false),
})

export const planChange = operation({
  name: 'sandbox.planChange',
  method: 'POST',
  path: '/v1/sandboxes/:ref/change-plan',
  summary: 'Describes what changing fields of a sandbox would do, and changes nothing.',
  request: ChangeRequest,
  response: ChangePlan,
})

export const changeSandbox = operation({
  name: 'sandbox.change',
  method: 'PATCH',
  path: '/v1/sandboxes/:ref/spec',
  summary: 'Changes fields of a sandbox: at once where that can be, else from its next start on. All of them, or none.',
  request: ChangeRequest,
  response: z.strictObject({
    sandbox: Sandbox,
    /** The snapshot that leads back; null: none was needed. */
    kept: SandboxId.nullable(),
  }),
})
