import * as z from 'zod'
import { operation } from './operation.ts'
import { NetworkAlias, NetworkName, Sandbox, SandboxRef } from './sandbox.ts'

const Labels = z.record(z.string().min(1).max(256), z.string().max(4096))

/** Addresses of IPv4 with the length of their prefix, as `10.9.0.0/24`. */
export const SubnetText = z.cidrv4('A subnet is an IPv4 address and the length of its prefix, as in 10.9.0.0/24.')

/** A network that somebody has made, and that is there whether a sandbox is on it or not. */
export const UserNetwork = z.strictObject({
  name: NetworkName,
  /** From which its sandboxes get a further address; null: they reach each other by those that they have anyway. */
  subnet: z.string().nullable(),
  /** It has no way out: a sandbox that is on such networks alone opens no connections to elsewhere. */
  internal: z.boolean(),
  /** Sandboxes on it do not reach each other. */
  isolated: z.boolean(),
  labels: Labels,
  createdAt: z.iso.datetime(),
})
export type UserNetwork = z.infer<typeof UserNetwork>

/** What is known of a network at this moment. */
export const NetworkDetails = UserNetwork.extend({
  /** Null: nobody has made it, and it is there only as long as a sandbox names it. */
  createdAt: z.iso.datetime().nullable(),
  /** The sandboxes that are on it, whether they run or not. As long as there is one, it is not removed. */
  users: z.array(
    z.strictObject({
      name: z.string(),
      /** By which the others on it reach it; null: it does not run. */
      address: z.string().nullable(),
    }),
  ),
})
export type NetworkDetails = z.infer<typeof NetworkDetails>

export const createNetwork = operation({
  name: 'network.create',
  method: 'POST',
  path: '/v1/networks',
  summary: 'Makes a network. A subnet that this machine or another network has a part of is refused.',
  request: z.strictObject({
    name: NetworkName,
    subnet: SubnetText.nullable().default(null),
    internal: z.boolean().default(false),
    isolated: z.boolean().default(false),
    labels: Labels.default({}),
  }),
  response: UserNetwork,
})

export const listNetworks = operation({
  name: 'network.list',
  method: 'GET',
  path: '/v1/networks',
  summary: 'Lists networks by name with who is on them, also those that are there only because a sandbox names them.',
  request: z.strictObject({}),
  response: z.array(NetworkDetails),
})

export const inspectNetwork = operation({
  name: 'network.inspect',
  method: 'GET',
  path: '/v1/networks/:name',
  summary: 'Shows one network and who is on it.',
  request: z.strictObject({ name: NetworkName }),
  response: NetworkDetails,
})

export const removeNetwork = operation({
  name: 'network.remove',
  method: 'DELETE',
  path: '/v1/networks/:name',
  summary: 'Removes a network. One that a sandbox is on is refused.',
  request: z.strictObject({ name: NetworkName }),
  response: z.strictObject({ name: NetworkName }),
})

export const pruneNetworks = operation({
  name: 'network.prune',
  method: 'POST',
  path: '/v1/networks/prune',
  summary: 'Removes the networks that no sandbox is on.',
  request: z.strictObject({ dryRun: z.boolean().default(false) }),
  response: z.strictObject({ removed: z.array(NetworkName) }),
})

export const connectNetwork = operation({
  name: 'network.connect',
  method: 'POST',
  path: '/v1/networks/:name/connect',
  summary: 'Puts a sandbox on a network beside those that it is on, at once where it runs.',
  request: z.strictObject({
    name: NetworkName,
    ref: SandboxRef,
    /** Further names by which the others find it, on all its networks. */
    aliases: z.array(NetworkAlias).max(32).default([]),
    /** One that it shall have in the network's subnet. */
    address: z.ipv4().optional(),
  }),
  response: Sandbox,
})

export const disconnectNetwork = operation({
  name: 'network.disconnect',
  method: 'POST',
  path: '/v1/networks/:name/disconnect',
  summary: 'Takes a sandbox off a network, at once where it runs. It stays on its others.',
  request: z.strictObject({ name: NetworkName, ref: SandboxRef }),
  response: Sandbox,
})
