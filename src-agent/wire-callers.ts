import type { Server } from 'node:http'
import type { Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import { notice } from '#contract/notice'
import { sentence } from '#contract/sentence'
import { admitOnly, type Intruder, judgePeer } from './api/admit.ts'
import { openPeers } from './api/peers.ts'
import type { Services } from './wire-services.ts'

/** Who may speak to the agent. */
export interface Callers {
  /** Has everybody who connects to the server asked for. MUST be called before it listens. */
  guard(server: Server): void
  /** Whether that can be done here. */
  examine(): Finding[]
  close(): Promise<void>
}

/** One sandbox that goes on trying is news once in a while, and does not fill the log of events. */
const quietMs = 60_000

/** Refuses programs of sandboxes and containers, and tells of them. */
export async function openCallers(services: Services): Promise<Callers> {
  const { folder, log } = services
  const peers = await openPeers().catch((error: unknown) => {
    log.warn({ err: error }, 'nobody who connects can be asked for')
    return null
  })
  if (peers === null) return { guard: () => undefined, examine: () => [unasked()], close: async () => undefined }
  const tell = createTeller(services)
  const asked = finding({ id: 'callers', level: 'ok', title: sentence('callers-asked') })
  return {
    guard: (server) =>
      admitOnly(server, async (descriptor) => {
        const intruder = judgePeer(await peers.ask(descriptor), `/joey/${folder.tag}`)
        if (intruder !== null) tell(intruder)
        return intruder
      }),
    examine: () => [asked],
    close: () => peers.close(),
  }
}

function unasked(): Finding {
  const [title, detail] = [sentence('callers-unasked'), sentence('callers-unasked-detail')]
  return finding({ id: 'callers', level: 'warning', title, detail })
}

function createTeller({ events, log, records, now }: Services): (intruder: Intruder) => void {
  const told = new Map<string, number>()
  return ({ why, pid, id }) => {
    const at = now().getTime()
    const key = `${why} ${id}`
    if (at - (told.get(key) ?? 0) < quietMs) return
    told.set(key, at)
    log.warn({ why, pid, id }, 'a connection was refused')
    // Who has ended is nobody that anything could be told of.
    if (why === 'gone' || pid === null) return
    const name = records.all().find(({ sandbox }) => sandbox.id === id)?.sandbox.name ?? id ?? ''
    events.commit([notice('intruder-refused', { why, name, pid })])
  }
}
