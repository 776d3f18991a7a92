import type { Run } from '../../../base/process/run.ts'
import { inside } from './qemu-arguments.ts'

const timeoutMs = 10_000
const bridge = 'joey0'
/** Only seen within the namespace: the guest itself has the address that the packet filter knows. */
const portAddress = '02:4a:ff:00:00:01'
const bridgeAddress = '02:4a:ff:00:00:02'

/**
 * Puts a tap device beside `eth0` of a sandbox's network namespace, joined by a bridge of their own. The namespace gives
 * up the address and hardware address, which the guest then has. All of it goes with the namespace. With its two ports
 * that bridge has nothing to learn; if it did, the guest could fill the kernel with addresses of its invention.
 *
 * A redirect by tc would do without the bridge, but needs classifiers that are modules, and missing, on many kernels.
 */
export async function joinMachine(run: Run, netns: string): Promise<void> {
  await run('nsenter', [`--net=${netns}`, '--', 'ip', '-batch', '-'], {
    timeoutMs,
    input: lines([
      `link add name ${bridge} address ${bridgeAddress} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `link set dev ${bridge} addrgenmode none`,
      'addr flush dev eth0',
      `link set dev eth0 address ${portAddress}`,
      `tuntap add dev ${inside.tap} mode tap vnet_hdr`,
      `link set dev ${inside.tap} addrgenmode none`,
      `link set dev ${inside.tap} master ${bridge} up`,
      `link set dev eth0 master ${bridge} up`,
      ...[inside.tap, 'eth0'].map((port) => `link set dev ${port} type bridge_slave learning off`),
      `link set dev ${bridge} up`,
    ]),
  })
}

/** Takes back what {@link joinMachine} has put there, or a part of it, so that the namespace can be joined anew. */
export async function leaveMachine(run: Run, netns: string): Promise<void> {
  await run('nsenter', [`--net=${netns}`, '--', 'ip', '-force', '-batch', '-'], {
    timeoutMs,
    okExitCodes: [0, 1],
    input: lines([`link del dev ${bridge}`, `link del dev ${inside.tap}`]),
  })
}

/** Wraps a command: a network namespace of its own with a tap device that leads nowhere, for a template. */
export function withDeadTap(command: readonly string[]): string[] {
  const script = `ip tuntap add dev ${inside.tap} mode tap vnet_hdr && exec "$@"`
  return ['unshare', '--net', 'sh', '-c', script, 'joey-tap', ...command]
}

function lines(commands: readonly string[]): string {
  return `${commands.join('\n')}\n`
}
