import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import type { Run } from '../base/process/run.ts'
import { formatSubnet, overlaps, parseSubnet, type Subnet, sizeOf } from './ipv4.ts'
import { readNameservers } from './resolv-conf.ts'

const prefixLength = 22
/** Where a subnet may lie, best first. The first is the half of 10/8 that company networks use least. */
const ranges = ['10.64.0.0/10', '172.24.0.0/13', '192.168.128.0/17'].map((text) => mustParse(text))

const Record = z.strictObject({ subnet: z.string() })
const Routes = z.array(z.looseObject({ dst: z.string().optional(), dev: z.string().optional() }))
const Addresses = z.array(
  z.looseObject({
    ifname: z.string(),
    addr_info: z
      .array(
        z.looseObject({ family: z.string().optional(), local: z.string().optional(), prefixlen: z.int().optional() }),
      )
      .optional(),
  }),
)

interface Choice {
  readonly folder: string
  readonly bridge: string
  readonly tag: string
  /** Subnets of the bridge that networks have for themselves. */
  readonly further: readonly Subnet[]
}

/**
 * The subnet of this state folder: the recorded one as long as it is free or already in use by the bridge, otherwise
 * one made from the tag that meets no route, address or name server of the host.
 */
export async function chooseSubnet(run: Run, { folder, bridge, tag, further }: Choice): Promise<Subnet> {
  const [others, recorded, present] = await Promise.all([
    takenSubnets(run, bridge),
    readRecord(folder),
    subnetsOfBridge(run, bridge),
  ])
  if (recorded !== null && present.includes(formatSubnet(recorded))) return recorded
  const taken = [...others, ...further]
  const subnet = recorded !== null && isFree(recorded, taken) ? recorded : pickSubnet(tag, taken)
  await writeRecord(folder, subnet)
  return subnet
}

/** Walks the ranges from a place that the tag gives, so that two state folders rarely want the same. */
export function pickSubnet(tag: string, taken: readonly Subnet[]): Subnet {
  const size = 2 ** (32 - prefixLength)
  for (const range of ranges) {
    const count = sizeOf(range) / size
    const first = Number.parseInt(tag, 16) % count
    for (let step = 0; step < count; step += 1) {
      const candidate = { base: range.base + ((first + step) % count) * size, prefix: prefixLength }
      if (isFree(candidate, taken)) return candidate
    }
  }
  throw appError('no-free-subnet')
}

function isFree(subnet: Subnet, taken: readonly Subnet[]): boolean {
  return !taken.some((other) => overlaps(subnet, other))
}

interface Taken extends Subnet {
  /** What has it. */
  readonly by: string
}

async function takenSubnets(run: Run, bridge: string | null): Promise<Taken[]> {
  const [routes, addresses, nameservers] = await Promise.all([
    run('ip', ['-4', '-json', 'route', 'show', 'table', 'all'], { timeoutMs: 5_000 }),
    run('ip', ['-4', '-json', 'addr', 'show'], { timeoutMs: 5_000 }),
    readNameservers(),
  ])
  const fromRoutes = Routes.parse(parseList(routes.stdout))
    .filter((route) => route.dev !== bridge)
    .map((route) => ({ text: route.dst ?? '', by: route.dev ?? 'ip route' }))
  const fromAddresses = Addresses.parse(parseList(addresses.stdout))
    .filter((link) => link.ifname !== bridge)
    .flatMap(({ ifname, addr_info }) => (addr_info ?? []).map((each) => ({ each, by: ifname })))
    .map(({ each, by }) => ({ text: `${each.local}/${each.prefixlen}`, by }))
  const fromServers = nameservers.map((text) => ({ text, by: 'nameserver' }))
  // A route for everything, which some VPNs write as two halves, says nothing about who is where.
  return [...fromRoutes, ...fromAddresses, ...fromServers].flatMap(({ text, by }) => {
    const subnet = parseSubnet(text)
    return subnet !== null && subnet.prefix > 1 ? [{ ...subnet, by }] : []
  })
}

/** Smaller than that it has no address for a sandbox; larger than that it takes whole companies away. */
const [shortestPrefix, longestPrefix] = [8, 29]
/** Addresses that no network of one's own can have: this host's loopback, link-local ones, groups and what is reserved. */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '100.100.100.200/32'].map(mustParse)

/**
 * A subnet that a person wants for a network: refused where it is none, or something else has a part of it. `own` is that of
 * all sandboxes; those of other networks are among the addresses of the bridge.
 */
export async function checkSubnet(
  { run, bridge }: { readonly run: Run; readonly bridge: string },
  text: string,
  own: Subnet,
): Promise<Subnet> {
  const subnet = parseSubnet(text)
  if (subnet === null || !text.includes('/') || subnet.prefix < shortestPrefix || subnet.prefix > longestPrefix)
    throw appError('subnet-unfit', { subnet: text })
  if (unusable.some((each) => overlaps(each, subnet))) throw appError('subnet-unfit', { subnet: text })
  const taken = [{ ...own, by: bridge }, ...(await takenSubnets(run, null))]
  const other = taken.find((each) => overlaps(each, subnet))
  if (other) throw appError('subnet-taken', { subnet: formatSubnet(subnet), taken: formatSubnet(other), by: other.by })
  return subnet
}

async function subnetsOfBridge(run: Run, bridge: string): Promise<string[]> {
  const { stdout } = await run('ip', ['-4', '-json', 'addr', 'show', 'dev', bridge], {
    timeoutMs: 5_000,
    okExitCodes: [0, 1],
  })
  return Addresses.parse(parseList(stdout))
    .flatMap((link) => link.addr_info ?? [])
    .flatMap(({ local, prefixlen }) => parseSubnet(`${local}/${prefixlen}`) ?? [])
    .map(formatSubnet)
}

async function readRecord(folder: string): Promise<Subnet | null> {
  try {
    return parseSubnet(Record.parse(JSON.parse(await readFile(recordPath(folder), 'utf8'))).subnet)
  } catch {
    // Absent or damaged: it is chosen anew, and reconcile removes what used the former.
    return null
  }
}

async function writeRecord(folder: string, subnet: Subnet): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${recordPath(folder)}.new`
  await writeFile(draft, `${JSON.stringify({ subnet: formatSubnet(subnet) })}\n`)
  await rename(draft, recordPath(folder))
}

function recordPath(folder: string): string {
  return join(folder, 'network.json')
}

/** `ip -json` prints nothing at all, not an empty list, where there is nothing. */
function parseList(text: string): unknown {
  return text.trim() === '' ? [] : JSON.parse(text)
}

function mustParse(text: string): Subnet {
  const subnet = parseSubnet(text)
  if (subnet === null) throw new TypeError(`Not a subnet: ${text}`)
  return subnet
}
