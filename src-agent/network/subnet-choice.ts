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

/**
 * The subnet of this state folder: the recorded one as long as it is free or already in use by the bridge, otherwise
 * one made from the tag that meets no route, address or name server of the host.
 */
export async function chooseSubnet(run: Run, folder: string, bridge: string, tag: string): Promise<Subnet> {
  const [taken, recorded, bridgeSubnet] = await Promise.all([
    takenSubnets(run, bridge),
    readRecord(folder),
    subnetOfBridge(run, bridge),
  ])
  if (bridgeSubnet !== null && recorded !== null && formatSubnet(bridgeSubnet) === formatSubnet(recorded))
    return recorded
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

async function takenSubnets(run: Run, bridge: string): Promise<Subnet[]> {
  const [routes, addresses, nameservers] = await Promise.all([
    run('ip', ['-4', '-json', 'route', 'show', 'table', 'all'], { timeoutMs: 5_000 }),
    run('ip', ['-4', '-json', 'addr', 'show'], { timeoutMs: 5_000 }),
    readNameservers(),
  ])
  const fromRoutes = Routes.parse(parseList(routes.stdout))
    .filter((route) => route.dev !== bridge)
    .map((route) => route.dst ?? '')
  const fromAddresses = Addresses.parse(parseList(addresses.stdout))
    .filter((link) => link.ifname !== bridge)
    .flatMap((link) => link.addr_info ?? [])
    .map((address) => `${address.local}/${address.prefixlen}`)
  // A route for everything, which some VPNs write as two halves, says nothing about who is where.
  return [...fromRoutes, ...fromAddresses, ...nameservers]
    .map(parseSubnet)
    .filter((subnet) => subnet !== null)
    .filter((subnet) => subnet.prefix > 1)
}

async function subnetOfBridge(run: Run, bridge: string): Promise<Subnet | null> {
  const { stdout } = await run('ip', ['-4', '-json', 'addr', 'show', 'dev', bridge], {
    timeoutMs: 5_000,
    okExitCodes: [0, 1],
  })
  const [address] = Addresses.parse(parseList(stdout)).flatMap((link) => link.addr_info ?? [])
  return address === undefined ? null : parseSubnet(`${address.local}/${address.prefixlen}`)
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
