import * as z from 'zod'
import type { Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
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

const unreadable = finding({
  id: 'network-filter',
  level: 'problem',
  title: sentence('filter-silent'),
  detail: sentence('filter-silent-detail'),
})

export function resolverFinding(usable: readonly string[], all: readonly string[]): Finding {
  const id = 'network-resolver'
  if (usable.length > 0) {
    return finding({ id, level: 'ok', title: sentence('resolver-found', { servers: usable.join(', ') }) })
  }
  const detail = sentence('resolver-missing-detail', { servers: all.join(', ') })
  return finding({ id, level: 'warning', title: sentence('resolver-missing'), detail })
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
  const command = `firewall-cmd --permanent --zone=trusted --add-interface=${bridge} && firewall-cmd --reload`
  return finding({
    id: 'network-firewalld',
    level: 'warning',
    title: sentence('firewalld-active'),
    detail: sentence('firewalld-active-detail'),
    remedy: commandRemedy(command, sentence('remedy-firewalld')),
  })
}

function droppingFinding(bridge: string, forDocker: boolean): Finding {
  const chain = forDocker ? 'DOCKER-USER' : 'FORWARD'
  const answers = `iptables -I ${chain} -o ${bridge} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`
  return finding({
    id: 'network-forward-policy',
    level: 'warning',
    title: sentence('forward-dropped', { by: forDocker ? 'docker' : 'other' }),
    detail: sentence('forward-dropped-detail'),
    remedy: commandRemedy(`iptables -I ${chain} -i ${bridge} -j ACCEPT && ${answers}`, sentence('remedy-forward')),
  })
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
