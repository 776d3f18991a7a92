import * as z from 'zod'
import { appError } from '#contract/app-error'
import type { PortPublish } from '#contract/sandbox'
import type { Run } from '../base/process/run.ts'
import type { NetworkNames } from './names.ts'
import { publishedMaps } from './ruleset.ts'

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
  const wanted = ports.filter(({ hostPort }) => hostPort !== 0)
  if (wanted.length === 0) return
  const { stdout } = await run('nft', ['-j', 'list', 'maps', 'inet'], { timeoutMs: 10_000 })
  for (const { map } of Maps.parse(JSON.parse(stdout)).nftables) {
    const kind = publishedMaps.find((each) => each.map === map?.name)
    if (!map || !kind || !map.table.startsWith('joey_') || map.table === names.table) continue
    const taken = new Set((map.elem ?? []).map((element) => Element.safeParse(element).data?.[0]))
    const port = wanted.find(({ hostPort, protocol }) => protocol === kind.protocol && taken.has(hostPort))
    if (port === undefined) continue
    throw appError('port-taken', { port: port.hostPort, by: 'agent' })
  }
}
