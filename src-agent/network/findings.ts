import * as z from 'zod'
import type { Finding } from '#contract/agent'
import type { Run } from '../base/process/run.ts'
import type { NetworkNames } from './names.ts'
import { readNameservers, readResolver } from './resolv-conf.ts'

const Chains = z.object({
  nftables: z.array(
    z.looseObject({
      chain: z
        .looseObject({
          family: z.string(),
          table: z.string(),
          name: z.string(),
          hook: z.string().optional(),
          policy: z.string().optional(),
        })
        .optional(),
    }),
  ),
})
type Chain = NonNullable<z.infer<typeof Chains>['nftables'][number]['chain']>

/** What on this host keeps sandboxes from the network: other firewalls, and name servers that they cannot reach. */
export async function examineNetwork(run: Run, names: NetworkNames): Promise<readonly Finding[]> {
  const [resolver, all, chains] = await Promise.all([readResolver(), readNameservers(), readChains(run)])
  return [
    resolverFinding(resolver.nameservers, all),
    ...(chains === null ? [unreadable] : firewallFindings(chains, names.bridge)),
  ]
}

const unreadable: Finding = {
  id: 'network-filter',
  level: 'problem',
  title: 'The packet filter does not answer',
  detail: 'nft could not list the rules of this machine. Sandboxes start without a network only.',
  remedy: null,
}

export function resolverFinding(usable: readonly string[], all: readonly string[]): Finding {
  const id = 'network-resolver'
  if (usable.length > 0) {
    return { id, level: 'ok', title: `Sandboxes ask the name server ${usable.join(', ')}`, detail: null, remedy: null }
  }
  const detail =
    all.length === 0
      ? 'This machine has no name server in /etc/resolv.conf.'
      : `This machine asks only ${all.join(', ')}, which sandboxes do not reach: they have no way to this machine's loopback, and no IPv6.`
  return { id, level: 'warning', title: 'Sandboxes cannot resolve names', detail, remedy: null }
}

/** Other firewalls that drop what is forwarded; a rule of ours cannot overrule them. */
export function firewallFindings(chains: readonly Chain[], bridge: string): Finding[] {
  const forwarding = chains.filter((chain) => chain.hook === 'forward' && !chain.table.startsWith('joey_'))
  const firewalld = forwarding.some((chain) => chain.table === 'firewalld')
  const dropping = forwarding.some((chain) => chain.table !== 'firewalld' && chain.policy === 'drop')
  const forDocker = chains.some((chain) => chain.name === 'DOCKER-USER')
  return [...(firewalld ? [firewalldFinding(bridge)] : []), ...(dropping ? [droppingFinding(bridge, forDocker)] : [])]
}

function firewalldFinding(bridge: string): Finding {
  return {
    id: 'network-firewalld',
    level: 'warning',
    title: 'firewalld may keep sandboxes from the network',
    detail:
      'It rejects what is forwarded for interfaces in none of its zones. The isolation of sandboxes does not depend on it.',
    remedy: {
      kind: 'runCommand',
      command: `firewall-cmd --permanent --zone=trusted --add-interface=${bridge} && firewall-cmd --reload`,
      why: 'Lets firewalld forward for sandboxes. What they may reach is still decided by Joey.',
    },
  }
}

function droppingFinding(bridge: string, forDocker: boolean): Finding {
  const chain = forDocker ? 'DOCKER-USER' : 'FORWARD'
  const answers = `iptables -I ${chain} -o ${bridge} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`
  return {
    id: 'network-forward-policy',
    level: 'warning',
    title: `${forDocker ? 'Docker' : 'Another firewall'} keeps sandboxes from the network`,
    detail: 'Its rules drop what this machine forwards, unless a rule says otherwise.',
    remedy: {
      kind: 'runCommand',
      command: `iptables -I ${chain} -i ${bridge} -j ACCEPT && ${answers}`,
      why: 'Lets it forward for sandboxes. What they may reach is still decided by Joey.',
    },
  }
}

async function readChains(run: Run): Promise<Chain[] | null> {
  try {
    const { stdout } = await run('nft', ['-j', 'list', 'chains'], { timeoutMs: 10_000 })
    return Chains.parse(JSON.parse(stdout)).nftables.flatMap((entry) =>
      entry.chain === undefined ? [] : [entry.chain],
    )
  } catch {
    return null
  }
}
