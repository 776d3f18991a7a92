import { join } from 'node:path'
import type { SandboxContext } from './context.ts'
import { refreshGuest, rewriteFile } from './hosts-files.ts'

/** How often the packet filter is looked at: a firewall that reloads often takes every table with it. */
const mendMs = 30_000

/**
 * Keeps what running sandboxes were given true while the host changes: the name servers, when the machine moves to another
 * network, and the packet filter, when somebody flushes it. Returns its own undo.
 */
export function keepNetwork(context: SandboxContext): () => void {
  const { network, records, folder, log } = context
  const connected = () => records.all().filter(({ lease }) => lease !== null)
  const complain = (what: string) => (err: unknown) => log.warn({ err }, what)

  const unwatch = network.watchResolvConf((content) => {
    const writes = connected().map(async ({ sandbox }) => {
      await rewriteFile(join(folder.sandbox(sandbox.id).folder, 'etc', 'resolv.conf'), content)
      await refreshGuest(context, sandbox)
    })
    Promise.all(writes).catch(complain('name servers could not be renewed'))
  })
  const timer = setInterval(() => {
    if (connected().length === 0) return
    network.mend().then((mended) => {
      const message = 'Another program had removed the packet filter of the sandboxes. It is in place again.'
      if (mended) context.events.commit([{ type: 'notice', reason: 'packet-filter-restored', message }])
    }, complain('the packet filter could not be checked'))
  }, mendMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    unwatch()
  }
}
