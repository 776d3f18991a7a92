import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import type { Run } from '../base/process/run.ts'
import { formatSubnet, type Subnet } from './ipv4.ts'
import { gatewayOf, type NetworkNames, type Slot, slotNumberOf, slotOf } from './names.ts'

const timeoutMs = 10_000
const sysctl = '/proc/sys/net'

const Links = z.array(z.looseObject({ ifname: z.string() }))

/** Which of our own interfaces exist. */
export interface PresentLinks {
  readonly bridge: boolean
  /** Interfaces that lead into sandboxes. */
  readonly ports: readonly string[]
}

export async function presentLinks(run: Run, names: NetworkNames): Promise<PresentLinks> {
  const { stdout } = await run('ip', ['-json', 'link', 'show'], { timeoutMs })
  const all = Links.parse(JSON.parse(stdout)).map((link) => link.ifname)
  return {
    bridge: all.includes(names.bridge),
    ports: all.filter((name) => slotNumberOf(names, name) !== null),
  }
}

/**
 * Creates the bridge, or repairs the one that is there, and re-attaches the given ports. Safe to repeat.
 *
 * @param isJoined whether a port is on a network with others.
 */
export async function ensureBridge(
  run: Run,
  names: NetworkNames,
  [subnet, ...further]: readonly [Subnet, ...Subnet[]],
  present: PresentLinks & { readonly isJoined: (port: string) => boolean },
): Promise<void> {
  const gateway = gatewayOf(subnet)
  await batch(run, 'ip', [
    // A fixed hardware address: otherwise it follows the ports, and sandboxes would talk to one that is gone.
    ...(present.bridge
      ? []
      : [
          `link add name ${names.bridge} address ${gateway.mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
        ]),
    ...withoutIpv6(names.bridge),
    ...[subnet, ...further].map((each) => `addr replace ${placeOnBridge(each)} broadcast + dev ${names.bridge}`),
    `link set dev ${names.bridge} up`,
  ])
  // A sandbox may end, and its interface go, at any moment.
  const slots = present.ports.map((port) => slotOf(names, subnet, slotNumberOf(names, port) ?? 0))
  await tolerantBatch(
    run,
    'ip',
    slots.flatMap((slot) => [...attach(names, slot), ...isolate(slot.interface, !present.isJoined(slot.interface))]),
  )
  await tolerantBatch(run, 'bridge', slots.map(knowPort))
  await Promise.all([
    ensureSysctl('ipv4/ip_forward', '1'),
    // Lets answers to connections from 127.0.0.1 back in. What it would open besides is shut by the chain `martians`.
    ensureSysctl(`ipv4/conf/${names.bridge}/route_localnet`, '1'),
    ensureSysctl(`ipv4/conf/${names.bridge}/send_redirects`, '0'),
    ensureSysctl(`ipv6/conf/${names.bridge}/disable_ipv6`, '1'),
  ])
}

/** Gives the bridge an address in a further subnet, or takes it back. Safe to repeat. */
export async function changeBridgeSubnet(
  run: Run,
  { bridge }: NetworkNames,
  verb: 'add' | 'delete',
  subnet: Subnet,
): Promise<void> {
  const place = placeOnBridge(subnet)
  if (verb === 'add') await batch(run, 'ip', [`addr replace ${place} broadcast + dev ${bridge}`])
  else {
    const known = `neigh flush to ${formatSubnet(subnet)} dev ${bridge} nud permanent`
    await tolerantBatch(run, 'ip', [`addr del ${place} dev ${bridge}`, known])
  }
}

/** The bridge has the first address of each subnet. */
function placeOnBridge(subnet: Subnet): string {
  return `${gatewayOf(subnet).address}/${subnet.prefix}`
}

/** An address in a network's subnet. */
export interface FurtherAddress {
  readonly address: string
  readonly subnet: Subnet
  readonly mac: string
}

/**
 * Changes what a sandbox has of addresses beside its first: inside, and what the host knows of them. A namespace that the
 * addresses have left, as an engine takes them, has none to lose.
 */
export async function changeAddresses(
  run: Run,
  names: NetworkNames,
  netns: string,
  { gone, come }: { readonly gone: readonly FurtherAddress[]; readonly come: readonly FurtherAddress[] },
): Promise<void> {
  const inside = (program: readonly string[], commands: readonly string[], okExitCodes: readonly number[]) =>
    commands.length === 0
      ? null
      : run('nsenter', [`--net=${netns}`, '--', ...program], { timeoutMs, okExitCodes, input: lines(commands) })
  const text = ({ address, subnet }: FurtherAddress) => `${address}/${subnet.prefix}`
  await inside(
    ['ip', '-force', '-batch', '-'],
    gone.map((each) => `addr del ${text(each)} dev eth0`),
    [0, 1, 2],
  )
  await inside(
    ['ip', '-batch', '-'],
    come.map((each) => `addr replace ${text(each)} broadcast + dev eth0`),
    [0],
  )
  await tolerantBatch(run, 'ip', [
    ...gone.map(({ address }) => `neigh del ${address} dev ${names.bridge}`),
    ...come.map(({ address, mac }) => `neigh replace ${address} lladdr ${mac} nud permanent dev ${names.bridge}`),
  ])
}

interface NamespaceOptions {
  readonly file: string
  /** The user namespace that is made with it, to which it is to belong, and by which program. */
  readonly users: { readonly program: string; readonly path: string; readonly first: number } | null
  readonly signal: AbortSignal | undefined
}

/**
 * Makes a network namespace, kept by a mount on `file`, with everything inside it. The pair of interfaces is made from
 * the inside, its other end moved to the agent's namespace, so that one process does the whole work.
 */
export async function createNamespace(
  run: Run,
  subnet: Subnet,
  slot: Slot,
  { file, users, signal }: NamespaceOptions,
): Promise<void> {
  const make =
    users === null
      ? (['unshare', `--net=${file}`] as const)
      : ([users.program, 'namespaces', users.path, file, String(users.first)] as const)
  const [program, ...args] = make
  await run(program, [...args, 'ip', '-batch', '-'], {
    timeoutMs,
    ...(signal && { signal }),
    input: lines([
      'link set dev lo up',
      `link add name eth0 address ${slot.mac} type veth peer name ${slot.interface} netns ${process.pid}`,
      ...withoutIpv6('eth0'),
      `addr add ${slot.address}/${subnet.prefix} broadcast + dev eth0`,
      'link set dev eth0 up',
      `route add default via ${gatewayOf(subnet).address}`,
    ]),
  })
}

/** Joins the host's ends of some pairs to the bridge. */
export async function attachPorts(run: Run, names: NetworkNames, slots: readonly Slot[]): Promise<void> {
  await batch(
    run,
    'ip',
    slots.flatMap((slot) => [...withoutIpv6(slot.interface), ...attach(names, slot), ...isolate(slot.interface, true)]),
  )
  await batch(run, 'bridge', slots.map(knowPort))
}

/** Takes back what `attachPorts` did, and with it the ends inside the sandboxes. Absent ones are no error. */
export async function detachPorts(
  run: Run,
  names: NetworkNames,
  ports: readonly Pick<Slot, 'interface' | 'address'>[],
) {
  await tolerantBatch(
    run,
    'ip',
    ports.flatMap((port) => [`link del dev ${port.interface}`, `neigh del ${port.address} dev ${names.bridge}`]),
  )
}

/**
 * A second barrier under the packet filter, for those that are on no network: the bridge itself forwards nothing from one
 * isolated port to another, and passes it nothing of what is sent to groups. Between others only the filter decides.
 */
export async function setIsolated(run: Run, interfaceName: string, isolated: boolean): Promise<void> {
  await batch(run, 'ip', isolate(interfaceName, isolated))
}

/** Removes interfaces, and with each the end inside its sandbox. Absent ones are no error. */
export async function deleteLinks(run: Run, interfaces: readonly string[]): Promise<void> {
  await tolerantBatch(
    run,
    'ip',
    interfaces.map((name) => `link del dev ${name}`),
  )
}

/** umount adds up what it has for each file, 32 for one that is not mounted (umount.c of util-linux). */
const sumsOfFailures = Array.from({ length: 256 }, (_, code) => code)

/** Gives up the mounts that keep namespaces. Not mounted, or absent, is no error. */
export async function unmountNamespaces(run: Run, files: readonly string[]): Promise<void> {
  await run('umount', ['--lazy', ...files], { timeoutMs, okExitCodes: sumsOfFailures })
}

/** Both are of one package and take many commands at once. */
type Tool = 'ip' | 'bridge'

async function batch(run: Run, tool: Tool, commands: readonly string[]): Promise<void> {
  await run(tool, ['-batch', '-'], { timeoutMs, input: lines(commands) })
}

/** Goes on after a command that fails, as one does whose interface is gone. */
async function tolerantBatch(run: Run, tool: Tool, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return
  await run(tool, ['-force', '-batch', '-'], { timeoutMs, okExitCodes: [0, 1, 2], input: lines(commands) })
}

/**
 * The bridge learns nothing from what a sandbox sends, and sends a port nothing whose place it does not know: not even a
 * frame that comes by no chain of the packet filter, as those to the bridge's own group do, draws a sibling's traffic.
 * The host knows the neighbour by itself, so that it asks nobody.
 */
function attach(names: NetworkNames, { interface: port, address, mac }: Slot): string[] {
  return [
    `link set dev ${port} master ${names.bridge}`,
    `link set dev ${port} type bridge_slave learning off flood off`,
    `link set dev ${port} up`,
    `neigh replace ${address} lladdr ${mac} nud permanent dev ${names.bridge}`,
  ]
}

/** Where the bridge finds the sandbox, in place of learning it. */
function knowPort({ interface: port, mac }: Slot): string {
  return `fdb replace ${mac} dev ${port} master static`
}

function isolate(port: string, isolated: boolean): string[] {
  const [on, off] = isolated ? ['on', 'off'] : ['off', 'on']
  return [`link set dev ${port} type bridge_slave isolated ${on} mcast_flood ${off}`]
}

/** No link-local address, hence no IPv6. A kernel without IPv6 does not know the word. */
function withoutIpv6(name: string): string[] {
  return existsSync(`${sysctl}/ipv6`) ? [`link set dev ${name} addrgenmode none`] : []
}

async function ensureSysctl(key: string, value: string): Promise<void> {
  const path = `${sysctl}/${key}`
  if (!existsSync(path)) return
  // Only written where it differs: /proc/sys may be read-only and set up by somebody else.
  if ((await readFile(path, 'utf8')).trim() === value) return
  await writeFile(path, value).catch((cause: NodeJS.ErrnoException) => {
    throw appError('sysctl-refused', { key, value }, { detail: cause.message, cause })
  })
}

function lines(commands: readonly string[]): string {
  return `${commands.join('\n')}\n`
}
