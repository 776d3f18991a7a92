import { join } from 'node:path'
import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import type { Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import { refreshGuest, rewriteFile } from './hosts-files.ts'
import { ownResolver } from './resolver-text.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly network: Network
  readonly log: Logger
  readonly drivers: Drivers
}

/** How often the packet filter is looked at: a firewall that reloads often takes every table with it. */
const repairMs = 30_000

/**
 * Keeps what running sandboxes were given true while the host changes: the name servers, when the machine moves to another
 * network, and the packet filter, when somebody flushes it. Returns its own undo.
 */
export function keepNetwork(deps: Deps): () => void {
  const { network, records, folder, log } = deps
  const connected = () => records.all().filter(({ lease }) => lease !== null)
  const complain = (what: string) => (err: unknown) => log.warn({ err }, what)

  const unwatch = network.watchResolvConf((content) => {
    const writes = connected().map(async ({ sandbox }) => {
      const text = ownResolver(content, sandbox.spec) ?? content
      await rewriteFile(join(folder.sandbox(sandbox.id).folder, 'etc', 'resolv.conf'), text)
      await refreshGuest(deps, sandbox)
    })
    Promise.all(writes).catch(complain('name servers could not be renewed'))
  })
  const timer = setInterval(() => {
    if (connected().length === 0) return
    network.repair().then((repaired) => {
      if (repaired) deps.events.commit([notice('packet-filter-restored')])
    }, complain('the packet filter could not be checked'))
  }, repairMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    unwatch()
  }
}
