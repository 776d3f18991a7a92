import type { Logger } from 'pino'
import type { KeyedLock } from '../../base/async/locks.ts'
import { createSlots } from '../../base/async/slots.ts'
import type { ExecChild } from '../../io/streams/exec-child.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import type { Pipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import type { EventLog } from '../../state/event-log.ts'
import type { SandboxRecord, SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import { type EffectiveCheck, healthCheckOf } from '../health-check.ts'
import type { SandboxService } from '../sandbox-service.ts'
import { followHealth } from './follow-health.ts'
import { runCheck } from './run-check.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly lock: KeyedLock
  readonly log: Logger
  readonly now: () => Date
  readonly images: Pick<ImageStore, 'find'>
  readonly sandboxes: Pick<SandboxService, 'planExec'>
  readonly pipes: Pipes
}

/** Hundreds that are due at once, as for a new agent, begin a few at a time: each takes processors from what runs. */
const beginningAtOnce = 4

/** Checks the health of the agent's sandboxes. Returns its end. */
export function checkHealth(deps: Deps): () => Promise<void> {
  const { records, lock, pipes, images } = deps
  const slots = createSlots(beginningAtOnce)

  const open = async (id: string, { argv }: EffectiveCheck) => {
    const record = records.get(id)
    if (!record) throw new Error('It is gone.')
    const wish = { argv: [...argv], env: {}, cwd: null, user: null, tty: false }
    const { command } = await deps.sandboxes.planExec(record, wish)
    try {
      const child = await startExec(command, { stdin: false, pipes, signalProcess })
      await Promise.race([child.started, child.exited])
      return { command, child }
    } catch (error) {
      await command.dispose()
      throw error
    }
  }
  /** Not while it is frozen or its memory is being saved: what is done in some engines then would end it. */
  const end = (id: string, child: ExecChild) =>
    lock.run(id, async () => {
      if (records.get(id)?.sandbox.state === 'running') await child.kill()
    })
  const begin = ({ sandbox: { id } }: SandboxRecord, check: EffectiveCheck) =>
    runCheck(
      { open: () => slots(() => open(id, check)), end: (child) => end(id, child), now: deps.now },
      { program: check.argv[0] ?? '', timeoutMs: check.timeoutMs },
    )
  const checkOf = ({ sandbox }: SandboxRecord) => healthCheckOf(sandbox.spec, images.find(sandbox.imageDigest).config)
  return followHealth({ ...deps, checkOf, begin })
}
