import type { WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import type { Terminal } from '#contract/terminal'
import { monitorFiles } from '../../engines/conmon.ts'
import { ability } from '../../engines/driver.ts'
import type { SandboxContext } from '../context.ts'
import type { SandboxRecord } from '../../state/records/sandbox-records.ts'
import { requireState } from '../runs.ts'
import type { SandboxService } from '../sandbox-service.ts'
import type { Handlers } from '../../api/bind-operation.ts'
import { planExec } from '../../server/stream-handlers.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import type { MainTerminal } from '../../io/terminals/main-source.ts'
import { serveTerminal } from '../../io/terminals/serve-terminal.ts'
import { createTerminalService, isCommandMissing, type TerminalService } from './terminal-service.ts'

/** The terminals, joined to sandboxes: which there are follows from the events of sandboxes. */
export interface Terminals {
  list(): readonly Terminal[]
  readonly handlers: Pick<Handlers, 'openTerminal' | 'listTerminals' | 'closeTerminal'>
  serve(socket: WebSocket, id: string): Promise<void>
  /** Takes up the main terminals of sandboxes that an agent before this has started. */
  adopt(): void
  close(): void
}

/** Tried in this order where nobody says what to run. */
const shells: readonly (readonly string[])[] = [['bash'], ['sh'], ['/bin/busybox', 'sh']]

export function createTerminals({
  context,
  sandboxes,
}: {
  context: SandboxContext
  sandboxes: SandboxService
}): Terminals {
  const { events, log } = context
  const onError = (err: unknown) => log.warn({ err }, 'a terminal failed')
  const service = createTerminalService({
    signalProcess,
    onChanged: (terminal) => events.commit([{ type: 'terminal.changed', terminal }]),
    onRemoved: (id) => events.commit([{ type: 'terminal.removed', id }]),
    onError,
  })
  const openMain = (record: SandboxRecord, isNew: boolean) => {
    const { id, argv, pid } = record.sandbox
    if (pid === null) return
    const { attach, control } = monitorFiles(context.folder.sandbox(id).run)
    const ended = sandboxes.endings.of(id)
    const files = context.live.logOf(id)
    const start = record.logStart
    service
      .openMain({
        sandboxId: id,
        argv,
        pid,
        isNew,
        files,
        start,
        attach,
        control,
        ended,
        resize: resizerOf(context, record),
      })
      .catch(onError)
  }
  const stopFollowing = followRuns(context, service, (record) => openMain(record, true))

  return {
    list: () => service.list(),
    handlers: createTerminalHandlers(context, sandboxes, service),
    serve(socket, id) {
      const serving = serveTerminal(socket, () => service.find(id))
      const { sandboxId } = service.list().find((terminal) => terminal.id === id) ?? {}
      if (sandboxId !== undefined) sandboxes.endings.interest(sandboxId)
      return serving
    },
    adopt() {
      for (const record of context.records.all()) {
        if (record.sandbox.spec.tty && ['running', 'paused'].includes(record.sandbox.state)) openMain(record, false)
      }
    },
    close() {
      stopFollowing()
      service.dispose()
    },
  }
}

/** Undefined where the main terminal is conmon's, as it is with every engine that runs processes of the host. */
function resizerOf(context: SandboxContext, { sandbox }: SandboxRecord): MainTerminal['resize'] {
  const { id } = sandbox
  const driver = context.drivers.get(sandbox.class)
  const resizes = driver && ability(driver, 'resizeMain')
  if (!resizes) return undefined
  return (columns, rows) => resizes.resizeMain(id, context.folder.sandbox(id), columns, rows)
}

/** A run that begins has a main terminal, a sandbox that is removed has none any more. */
function followRuns(
  context: SandboxContext,
  service: TerminalService,
  onRun: (record: SandboxRecord) => void,
): () => void {
  const startedAt = new Map<string, string | null>()
  for (const { sandbox } of context.records.all()) startedAt.set(sandbox.id, sandbox.startedAt)
  return context.events.subscribe((event) => {
    if (event.type === 'sandbox.removed') {
      startedAt.delete(event.id)
      service.forget(event.id)
    }
    if (event.type !== 'sandbox.changed' || event.sandbox.state !== 'running' || !event.sandbox.spec.tty) return
    const { id, startedAt: begun } = event.sandbox
    const record = context.records.get(id)
    if (startedAt.get(id) === begun || !record) return
    startedAt.set(id, begun)
    onRun(record)
  })
}

function createTerminalHandlers(
  context: SandboxContext,
  sandboxes: SandboxService,
  service: TerminalService,
): Terminals['handlers'] {
  /** The shell that worked, by image: trying those that are not there takes time. */
  const shellOf = new Map<string, readonly string[]>()

  return {
    async openTerminal({ ref, argv, columns, rows, ...wish }) {
      const record = sandboxes.find(ref)
      requireState(record, ['running'], 'entered')
      const { id, imageDigest } = record.sandbox
      const open = (command: readonly string[]) =>
        service.open({ sandboxId: id, argv: command, columns, rows }, async () => {
          const { command: prepared } = await planExec(context, record, {
            ...wish,
            argv: [...command],
            tty: true,
            columns,
            rows,
          })
          return prepared
        })
      if (argv) return open(argv)
      const known = shellOf.get(imageDigest)
      for (const shell of known ? [known, ...shells] : shells) {
        try {
          const terminal = await open(shell)
          shellOf.set(imageDigest, shell)
          return terminal
        } catch (error) {
          if (!isCommandMissing(error)) throw error
        }
      }
      const message = 'The image has no shell that Joey knows. Say which program the terminal shall run.'
      throw appError('invalidRequest', 'shell-not-found', message)
    },
    listTerminals: async ({ ref }) => service.list(sandboxes.find(ref).sandbox.id),
    async closeTerminal({ id }) {
      service.close(id)
      return { id }
    },
  }
}
