import type { WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import type { ExecRequest } from '#contract/process'
import type { ExecCommand, SandboxPaths } from '../engines/driver.ts'
import { driverOf, type SandboxContext } from '../sandboxes/context.ts'
import { planProcess } from '../sandboxes/process-plan.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { readAccounts, requireState } from '../sandboxes/runs.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { signalProcess } from '../io/streams/guest-process.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { serveAttach } from '../io/streams/serve-attach.ts'
import { serveExec } from '../io/streams/serve-exec.ts'
import { serveLogs } from '../io/streams/serve-logs.ts'
import { type EventSource, serveEventSocket } from '../api/serve-events.ts'
import type { StreamHandlers } from '../api/sockets.ts'

interface Deps {
  readonly context: SandboxContext
  readonly sandboxes: SandboxService
  readonly eventSource: EventSource
  readonly serveUsage: StreamHandlers['usageStream']
  readonly serveIsolation: StreamHandlers['isolationStream']
  readonly files: Pick<StreamHandlers, 'fileStream' | 'findStream'>
  readonly serveTerminal: (socket: WebSocket, id: string) => Promise<void>
}

/** What serves each declared stream; as with the operations, rules live in the services. */
export function createStreamHandlers({
  context,
  sandboxes,
  eventSource,
  serveUsage,
  serveIsolation,
  serveTerminal,
  files,
}: Deps): StreamHandlers {
  const pipes = createPipes()
  return {
    eventStream: (socket, { since }) => serveEventSocket(eventSource, socket, since),
    usageStream: serveUsage,
    isolationStream: serveIsolation,
    ...files,
    terminalStream: (socket, { id }) => serveTerminal(socket, id),
    logStream: (socket, { ref, ...request }) => {
      const { sandbox } = sandboxes.find(ref)
      const ended = isRunning(sandbox.state) ? settled(sandboxes, sandbox.id) : null
      return serveLogs(socket, request, { files: context.live.logOf(sandbox.id), ended })
    },
    execStream: (socket, { ref }) => {
      const exec = async (request: ExecRequest) =>
        (await planExec(context, sandboxes.find(ref), { ...request, tty: false })).command
      return serveExec(socket, { exec, signalProcess, pipes })
    },
    attachStream: (socket, { ref, from }) => {
      const record = sandboxes.find(ref)
      const { id, spec } = record.sandbox
      if (spec.tty) {
        const message = `"${record.sandbox.name}" has a terminal. Open that instead: joey attach ${record.sandbox.name}`
        throw appError('conflict', 'sandbox-has-terminal', message)
      }
      sandboxes.endings.interest(id)
      return serveAttach(
        socket,
        { from },
        {
          files: context.live.logOf(id),
          start: record.logStart,
          ended: sandboxes.endings.of(id),
          input: spec.stdin && isRunning(record.sandbox.state) ? context.live.inputOf(id) : null,
          signal: async (name) => void (await sandboxes.kill(id, name)),
        },
      )
    },
  }
}

type ExecWish = Omit<ExecRequest, 'type' | 'stdin' | 'timeoutMs'> & {
  readonly tty: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Resolves who, where and with what a command runs in a running sandbox, and prepares its command line. */
export async function planExec(
  context: SandboxContext,
  record: SandboxRecord,
  wish: ExecWish,
): Promise<{ command: ExecCommand; paths: SandboxPaths }> {
  requireState(record, ['running'], 'entered')
  const { sandbox } = record
  const paths = context.folder.sandbox(sandbox.id)
  const image = context.images.find(sandbox.imageDigest)
  const surroundings = {
    spec: sandbox.spec,
    image: image.config,
    hostname: sandbox.spec.hostname ?? sandbox.name,
    accounts: await readAccounts(context, record),
  }
  // Looked at anew: what begins in a gVisor sandbox while its memory is being saved would end the save and the sandbox.
  requireState(context.records.get(sandbox.id) ?? record, ['running'], 'entered')
  const command = await driverOf(context, sandbox.class).exec(paths, sandbox.id, planProcess(wish, surroundings))
  return { command, paths }
}

function isRunning(state: string): boolean {
  return ['running', 'paused', 'stopping', 'starting'].includes(state)
}

/** The end of the run, for somebody to whom a removal is an end as well. */
function settled(sandboxes: SandboxService, id: string): Promise<unknown> {
  return sandboxes.endings.of(id).catch(() => undefined)
}
