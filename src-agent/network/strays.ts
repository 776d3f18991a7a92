import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Run } from '../base/process/run.ts'
import { type Leases, namesOf } from './leases.ts'
import { deleteLinks, unmountNamespaces } from './links.ts'
import type { NetworkNames } from './names.ts'
import type { Lease, NetworkStray } from './network.ts'

interface Deps {
  readonly run: Run
  readonly names: NetworkNames
  /** Where the namespaces of leases are kept. */
  readonly folder: string
  readonly leases: Pick<Leases, 'held'>
  /** Those that agents before this one have made. */
  readonly known: readonly Lease[]
}

const timeoutMs = 10_000
const namedNamespaces = '/run/netns'
const Links = z.array(z.looseObject({ ifname: z.string() }))
const Tables = z.object({
  nftables: z.array(z.looseObject({ table: z.looseObject({ family: z.string(), name: z.string() }).optional() })),
})

/**
 * Everything that bears the tag of this state folder and that neither a lease nor the agent itself explains. The kernel is asked
 * first and the leases afterwards, so that one that is being made meanwhile is not taken for a stray.
 */
export async function findNetworkStrays(deps: Deps): Promise<readonly NetworkStray[]> {
  const [links, files, named, tables] = await Promise.all([
    listLinks(deps),
    readdir(deps.folder).catch(() => []),
    readdir(namedNamespaces).catch(() => []),
    listTables(deps),
  ])
  const held = new Set([...deps.leases.held(), ...deps.known.flatMap(namesOf)])
  return [
    ...links.filter((name) => !held.has(name)).map((name) => interfaceStray(deps, name)),
    ...files
      .map((name) => join(deps.folder, name))
      .filter((file) => !held.has(file))
      .map((file) => namespaceStray(deps, file)),
    ...named
      .filter((name) => name.startsWith(deps.names.bridge))
      .map((name) => namespaceStray(deps, join(namedNamespaces, name))),
    ...tables.map((table) => tableStray(deps, table)),
  ]
}

async function listLinks({ run, names }: Deps): Promise<string[]> {
  const { stdout } = await run('ip', ['-json', 'link', 'show'], { timeoutMs })
  const all = Links.parse(JSON.parse(stdout)).map(({ ifname }) => ifname)
  return all.filter((name) => name.startsWith(names.bridge) && name !== names.bridge)
}

/** Those with our mark that are not the two that the agent has. */
async function listTables({ run, names }: Deps): Promise<{ family: string; name: string }[]> {
  const { stdout } = await run('nft', ['-j', 'list', 'tables'], { timeoutMs })
  const all = Tables.parse(JSON.parse(stdout)).nftables.flatMap(({ table }) => table ?? [])
  const own = new Set(['inet', 'bridge'])
  return all.filter(({ family, name }) => name.startsWith(names.table) && !(name === names.table && own.has(family)))
}

function interfaceStray({ run }: Deps, name: string): NetworkStray {
  return { kind: 'interface', what: name, remove: () => deleteLinks(run, [name]) }
}

function namespaceStray({ run }: Deps, file: string): NetworkStray {
  return {
    kind: 'namespace',
    what: file,
    async remove() {
      await unmountNamespaces(run, [file])
      await rm(file, { force: true })
    },
  }
}

function tableStray({ run }: Deps, { family, name }: { family: string; name: string }): NetworkStray {
  return {
    kind: 'table',
    what: `${family} ${name}`,
    async remove() {
      await run('nft', ['delete', 'table', family, name], { timeoutMs })
    },
  }
}
