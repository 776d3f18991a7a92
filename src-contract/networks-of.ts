import type { SandboxSpec } from './sandbox.ts'

type Named = Pick<SandboxSpec, 'networkName' | 'moreNetworks'>

/** The networks that a sandbox is on, the first one first. */
export function networksOf({ networkName, moreNetworks }: Named): readonly string[] {
  return [...new Set([...(networkName === null ? [] : [networkName]), ...moreNetworks])]
}

/** The fields that say it. */
export function onNetworks([first, ...others]: readonly string[]): Named {
  return { networkName: first ?? null, moreNetworks: others }
}
