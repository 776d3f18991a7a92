import * as z from 'zod'
import { appError } from '#contract/app-error'
import type { PortPublish } from '#contract/sandbox'
import type { Run } from '../base/process/run.ts'
import type { NetworkNames } from './names.ts'

const Maps = z.object({
  nftables: z.array(
    z.looseObject({
      map: z.looseObject({ name: z.string(), table: z.string(), elem: z.array(z.unknown()).optional() }).optional(),
    }),
  ),
})
const Element = z.tuple([z.int(), z.unknown()])

/**
 * Refuses ports that sandboxes of another state folder have. Their agent, if it runs, listens on them, which trying to
 * listen finds out; if it does not run, only the packet filter knows.
 */
export async function refuseForeignPorts(run: Run, names: NetworkNames, ports: readonly PortPublish[]): Promise<void> {
  const wanted = new Set(ports.map((port) => port.hostPort).filter((port) => port !== 0))
  if (wanted.size === 0) return
  const { stdout } = await run('nft', ['-j', 'list', 'maps', 'inet'], { timeoutMs: 10_000 })
  for (const { map } of Maps.parse(JSON.parse(stdout)).nftables) {
    if (map?.name !== 'published' || !map.table.startsWith('joey_') || map.table === names.table) continue
    const taken = (map.elem ?? []).map((element) => Element.safeParse(element).data?.[0])
    const port = taken.find((hostPort) => hostPort !== undefined && wanted.has(hostPort))
    if (port === undefined) continue
    throw appError('port-taken', { port, by: 'agent' })
  }
}
