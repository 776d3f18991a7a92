import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import type { Terminal } from '#contract/terminal'
import { defineHandlers } from '../../base/handlers.ts'
import { ability, type Drivers } from '../../engines/driver.ts'
import { mainStreams } from '../../engines/main-streams.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import type { MainTerminal } from '../../io/terminals/main-source.ts'
import { serveTerminal } from '../../io/terminals/serve-terminal.ts'
import type { EventLog } from '../../state/event-log.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { OpenHandles } from '../open-handles.ts'
import { requireState } from '../require-state.ts'
import type { SandboxService } from '../sandbox-service.ts'
import { createTerminalService, isCommandMissing, type TerminalService } from './terminal-service.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly openHandles: OpenHandles
  readonly log: Logger
  readonly drivers: Drivers
  readonly sandboxes: Pick<SandboxService, 'endings' | 'find' | 'planExec'>
}

/** The terminals, joined to sandboxes: which there are follows from the events of sandboxes. */
export interface Terminals {
  list(): readonly Terminal[]
  readonly handlers: ReturnType<typeof createTerminalHandlers>
  serve(socket: WebSocket, id: string): Promise<void>
  /** Takes up the main terminals of sandboxes that an agent before this has started. */
  adopt(): void
  close(): void
}

/** Tried in this order where nobody says what to run. */
const shells: readonly (readonly string[])[] = [['bash'], ['sh'], ['/bin/busybox', 'sh']]

export function createTerminals(deps: Deps): Terminals {
  const { events, log } = deps
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
    const { attach, control } = mainStreams(deps.folder.sandbox(id))
    const ended = deps.sandboxes.endings.waitForExit(id)
    const files = deps.openHandles.logOf(id)
    const start = record.logStart
    service
      .openMain({
        sandboxId: id,
        argv,
        holder: { pid, isEngine: deps.drivers.get(record.sandbox.class)?.sharesProcesses === false },
        isNew,
        wantedSize: record.terminalSize,
        files,
        start,
        attach,
        control,
        ended,
        resize: resizerOf(deps, record),
      })
      .catch(onError)
  }
  const stopFollowing = followRuns(deps, service, (record) => openMain(record, true))

  return {
    list: () => service.list(),
    handlers: createTerminalHandlers(deps, service),
    serve(socket, id) {
      const serving = serveTerminal(socket, () => service.find(id))
      const { sandboxId } = service.list().find((terminal) => terminal.id === id) ?? {}
      if (sandboxId !== undefined) deps.sandboxes.endings.expectReader(sandboxId)
      return serving
    },
    adopt() {
      for (const record of deps.records.all()) {
        if (record.sandbox.spec.tty && ['running', 'paused'].includes(record.sandbox.state)) openMain(record, false)
      }
    },
    close() {
      stopFollowing()
      service.dispose()
    },
  }
}

/** Undefined where the main terminal is the monitor's, as it is with every engine that runs processes of the host. */
function resizerOf(deps: Pick<Deps, 'folder' | 'drivers'>, { sandbox }: SandboxRecord): MainTerminal['resize'] {
  const { id } = sandbox
  const driver = deps.drivers.get(sandbox.class)
  const resizes = driver && ability(driver, 'resizeMain')
  if (!resizes) return undefined
  return (columns, rows) => resizes.resizeMain(id, deps.folder.sandbox(id), columns, rows)
}

/** A run that begins has a main terminal, a sandbox that is removed has none any more. */
function followRuns(
  deps: Pick<Deps, 'records' | 'events'>,
  service: TerminalService,
  onRun: (record: SandboxRecord) => void,
): () => void {
  const startedAt = new Map<string, string | null>()
  for (const { sandbox } of deps.records.all()) startedAt.set(sandbox.id, sandbox.startedAt)
  return deps.events.subscribe((event) => {
    if (event.type === 'sandbox.removed') {
      startedAt.delete(event.id)
      service.forget(event.id)
    }
    if (event.type !== 'sandbox.changed' || event.sandbox.state !== 'running' || !event.sandbox.spec.tty) return
    const { id, startedAt: begun } = event.sandbox
    const record = deps.records.get(id)
    if (startedAt.get(id) === begun || !record) return
    startedAt.set(id, begun)
    onRun(record)
  })
}

function createTerminalHandlers(deps: Pick<Deps, 'sandboxes'>, service: TerminalService) {
  /** The shell that worked, by image: trying those that are not there takes time. */
  const shellOf = new Map<string, readonly string[]>()

  return defineHandlers({
    async openTerminal({ ref, argv, columns, rows, ...wish }) {
      const record = deps.sandboxes.find(ref)
      requireState(record, ['running'], 'entered')
      const { id, imageDigest } = record.sandbox
      const open = (command: readonly string[]) =>
        service.open({ sandboxId: id, argv: command, columns, rows }, async () => {
          const { command: prepared } = await deps.sandboxes.planExec(record, {
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
      throw appError('shell-not-found')
    },
    listTerminals: async ({ ref }) => service.list(deps.sandboxes.find(ref).sandbox.id),
    async closeTerminal({ id, ifIdle }) {
      if (ifIdle) await service.closeIfIdle(id)
      else service.close(id)
      return { id }
    },
  })
}
