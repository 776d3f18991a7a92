import * as z from 'zod'
import { RegistryCredential, RegistryHost } from './image.ts'
import { operation } from './operation.ts'

/** Who somebody is to a registry, without what proves it. */
export const RegistryLogin = z.strictObject({ registry: RegistryHost, username: z.string() })
export type RegistryLogin = z.infer<typeof RegistryLogin>

export const listLogins = operation({
  name: 'registry.list',
  method: 'GET',
  path: '/v1/registries',
  summary: 'Lists the registries that a name and a password are kept for.',
  request: z.strictObject({}),
  response: z.array(RegistryLogin),
})

export const loginToRegistry = operation({
  name: 'registry.login',
  method: 'POST',
  path: '/v1/registries/login',
  summary: 'Asks a registry whether it takes a name and a password, and keeps them if it does.',
  request: z.strictObject({
    /** Absent: the one that names without a registry come from. */
    registry: RegistryHost.optional(),
    credential: RegistryCredential,
  }),
  response: RegistryLogin,
})

export const logoutFromRegistry = operation({
  name: 'registry.logout',
  method: 'POST',
  path: '/v1/registries/logout',
  summary: 'Forgets the name and the password that are kept for a registry.',
  request: z.strictObject({ registry: RegistryHost.optional() }),
  response: z.strictObject({ registry: RegistryHost, removed: z.boolean() }),
})
