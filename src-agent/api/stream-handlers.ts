import type { WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import type { ExecRequest } from '#contract/process'
import { signalProcess } from '../io/streams/guest-process.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { serveAttach } from '../io/streams/serve-attach.ts'
import { serveExec } from '../io/streams/serve-exec.ts'
import { serveLogs } from '../io/streams/serve-logs.ts'
import type { StreamHandlers } from '../io/streams/stream-handlers.ts'
import type { OpenHandles } from '../sandboxes/open-handles.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { type EventSource, serveEventSocket } from './serve-events.ts'

interface Deps {
  readonly openHandles: OpenHandles
  readonly sandboxes: SandboxService
  readonly eventSource: EventSource
  readonly serveUsage: StreamHandlers['usageStream']
  readonly serveIsolation: StreamHandlers['isolationStream']
  readonly files: Pick<StreamHandlers, 'fileStream' | 'findStream'>
  readonly serveBuild: (socket: WebSocket) => Promise<void>
  readonly serveTerminal: (socket: WebSocket, id: string) => Promise<void>
}

/** What serves each declared stream; as with the operations, rules live in the services. */
export function createStreamHandlers(deps: Deps): StreamHandlers {
  const pipes = createPipes()
  return {
    eventStream: (socket, { since }) => serveEventSocket(deps.eventSource, socket, since),
    usageStream: deps.serveUsage,
    isolationStream: deps.serveIsolation,
    ...deps.files,
    buildStream: deps.serveBuild,
    terminalStream: (socket, { id }) => deps.serveTerminal(socket, id),
    logStream: (socket, { ref, ...request }) => {
      const { sandbox } = deps.sandboxes.find(ref)
      const ended = isRunning(sandbox.state) ? settled(deps.sandboxes, sandbox.id) : null
      return serveLogs(socket, request, { files: deps.openHandles.logOf(sandbox.id), ended })
    },
    execStream: (socket, { ref }) => {
      const exec = async (request: ExecRequest) =>
        (await deps.sandboxes.planExec(deps.sandboxes.find(ref), { ...request, tty: false })).command
      return serveExec(socket, { exec, signalProcess, pipes })
    },
    attachStream: (socket, { ref, from }) => {
      const record = deps.sandboxes.find(ref)
      const { id, spec } = record.sandbox
      if (spec.tty) {
        throw appError('sandbox-has-terminal', { name: record.sandbox.name })
      }
      deps.sandboxes.endings.expectReader(id)
      return serveAttach(
        socket,
        { from },
        {
          files: deps.openHandles.logOf(id),
          start: record.logStart,
          ended: deps.sandboxes.endings.waitForExit(id),
          input: spec.stdin && isRunning(record.sandbox.state) ? deps.openHandles.inputOf(id) : null,
          hold: () => deps.openHandles.holdOutput(id),
          signal: async (name) => void (await deps.sandboxes.kill(id, name)),
        },
      )
    },
  }
}

function isRunning(state: string): boolean {
  return ['running', 'paused', 'stopping', 'starting'].includes(state)
}

/** The end of the run, for somebody to whom a removal is an end as well. */
function settled(sandboxes: SandboxService, id: string): Promise<unknown> {
  return sandboxes.endings.waitForExit(id).catch(() => undefined)
}
