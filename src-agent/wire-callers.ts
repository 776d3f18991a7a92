import type { Server } from 'node:http'
import type { Finding } from '#contract/agent'
import { windowAccount } from '#contract/client/place'
import { finding } from '#contract/finding'
import { notice } from '#contract/notice'
import { sentence } from '#contract/sentence'
import { admitOnly, findIntruder, type Intruder } from './api/admit.ts'
import { openPeers } from './api/peers.ts'
import type { Services } from './wire-services.ts'

/** Who may speak to the agent. */
export interface Callers {
  /** Has each connection to the server checked. MUST be called before it listens. */
  guard(server: Server): void
  /** Names who else is served. */
  listAccounts(list: () => readonly number[]): void
  /** Whether connections can be checked here, and who may make them. */
  examine(): Finding[]
  close(): Promise<void>
}

/** One sandbox that goes on trying is news once in a while, and does not fill the log of events. */
const quietMs = 60_000

/** Refuses programs of sandboxes and containers, and reports them. */
export async function openCallers(services: Services): Promise<Callers> {
  const { folder, log } = services
  const peers = await openPeers().catch((error: unknown) => {
    log.warn({ err: error }, 'connections cannot be checked')
    return null
  })
  let list: () => readonly number[] = () => []
  const listAccounts: Callers['listAccounts'] = (accounts) => {
    list = accounts
  }
  if (peers === null) {
    return {
      guard: () => undefined,
      listAccounts,
      examine: () => [unchecked(), ...findAccounts(list())],
      close: async () => undefined,
    }
  }
  const report = createReporter(services)
  const checked = finding({ id: 'callers', level: 'ok', title: sentence('callers-checked') })
  return {
    guard: (server) =>
      admitOnly(server, async (descriptor) => {
        const intruder = findIntruder(await peers.identify(descriptor), `/joey/${folder.tag}`)
        if (intruder !== null) report(intruder)
        return intruder
      }),
    listAccounts,
    examine: () => [checked, ...findAccounts(list())],
    close: () => peers.close(),
  }
}

/** Nobody who is served is less than root, so who that is must be seen. */
function findAccounts(uids: readonly number[]): Finding[] {
  return uids.map((uid) =>
    finding({
      id: `account-${uid}`,
      level: 'ok',
      title:
        uid === windowAccount
          ? sentence('account-of-window', { uid: String(uid) })
          : sentence('account-served', { uid: String(uid) }),
    }),
  )
}

function unchecked(): Finding {
  const [title, detail] = [sentence('callers-unchecked'), sentence('callers-unchecked-detail')]
  return finding({ id: 'callers', level: 'warning', title, detail })
}

function createReporter({ events, log, records, now }: Services): (intruder: Intruder) => void {
  const reportedAt = new Map<string, number>()
  return ({ why, pid, id }) => {
    const at = now().getTime()
    const key = `${why} ${id}`
    if (at - (reportedAt.get(key) ?? 0) < quietMs) return
    reportedAt.set(key, at)
    log.warn({ why, pid, id }, 'a connection was refused')
    // Of who has ended there is nothing left to name.
    if (why === 'gone' || pid === null) return
    const name = records.all().find(({ sandbox }) => sandbox.id === id)?.sandbox.name ?? id ?? ''
    events.commit([notice('intruder-refused', { why, name, pid })])
  }
}
