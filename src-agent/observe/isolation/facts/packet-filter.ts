import * as z from 'zod'
import { run } from '../../../base/process/run.ts'
import { type PublishedPort, publishedMaps } from '../../../network/ruleset.ts'

/** What the packet filter in the kernel says of the sandboxes' interfaces. */
export interface FilterFacts {
  /** Interfaces whose frames are checked for the address that was given to them. */
  readonly guarded: ReadonlySet<string>
  /** Interfaces that reach others, with a key for the networks on which they do. */
  readonly networks: ReadonlyMap<string, string>
  /** Addresses that open no connections to elsewhere. */
  readonly inside: ReadonlySet<string>
  readonly published: readonly PublishedPort[]
}

const timeoutMs = 5_000

/** Null: the tables are not there. */
export async function readPacketFilter(table: string, signal?: AbortSignal): Promise<FilterFacts | null> {
  const read = async (family: string): Promise<string> => {
    const args = ['--json', 'list', 'table', family, table]
    const { code, stdout } = await run('nft', args, { timeoutMs, okExitCodes: [0, 1], ...(signal ? { signal } : {}) })
    return code === 0 ? stdout : ''
  }
  const [bridge, inet] = await Promise.all([read('bridge'), read('inet')])
  return bridge === '' && inet === '' ? null : parsePacketFilter(bridge, inet)
}

const Named = z.object({ name: z.string(), elem: z.array(z.unknown()).default([]) })
const Ruleset = z.object({ nftables: z.array(z.object({ set: Named.optional(), map: Named.optional() })) })
const Concat = z.object({ concat: z.array(z.union([z.string(), z.number()])) })
const Sender = z.union([Concat, z.object({ elem: z.object({ val: Concat }) }).transform(({ elem }) => elem.val)])
const Network = z.tuple([z.string(), z.union([z.string(), z.number()])])
const Published = z.tuple([z.number(), z.object({ concat: z.tuple([z.string(), z.number()]) })])

export function parsePacketFilter(bridge: string, inet: string): FilterFacts {
  const senders = elements(bridge, 'senders', Sender)
  return {
    guarded: new Set(senders.map(({ concat }) => String(concat[0]))),
    networks: new Map(elements(bridge, 'networks', Network).map(([port, mark]) => [port, String(mark)])),
    inside: new Set(elements(inet, 'inside', z.string())),
    published: publishedMaps.flatMap(({ map, protocol }) =>
      elements(inet, map, Published).map(([hostPort, { concat }]) => ({
        ...{ hostPort, address: concat[0], guestPort: concat[1] },
        ...(protocol && { protocol }),
      })),
    ),
  }
}

/** Elements that have another form than expected are left out: nothing is claimed that was not read. */
function elements<T>(text: string, name: string, schema: z.ZodType<T>): T[] {
  if (text === '') return []
  const found = Ruleset.parse(JSON.parse(text)).nftables.map(({ set, map }) => set ?? map)
  const elem = found.find((entry) => entry?.name === name)?.elem ?? []
  return elem.flatMap((element) => {
    const parsed = schema.safeParse(element)
    return parsed.success ? [parsed.data] : []
  })
}
