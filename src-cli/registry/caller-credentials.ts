import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hub, type ImageReference } from '#contract/image-reference'
import { askHelper, type Credential } from './ask-helper.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Files of credentials are small; what is larger is something else. */
const mostBytes = 1024 * 1024

/**
 * What the caller has of Docker, podman and skopeo for one registry, and nothing else of it. Helpers run here, as the caller:
 * the agent runs none of them. Null where there is nothing.
 */
export async function findCredential(reference: ImageReference, env: Environment): Promise<Credential | null> {
  for (const path of filesOf(env)) {
    const config = await readConfig(path)
    const found = config && (await credentialIn(config, reference, env))
    if (found) return found
  }
  return null
}

/** In the order in which those programs look. */
function filesOf(env: Environment): readonly string[] {
  const { HOME: home, XDG_RUNTIME_DIR: runtime, DOCKER_CONFIG: docker, REGISTRY_AUTH_FILE: chosen } = env
  const config = env['XDG_CONFIG_HOME'] ?? (home && join(home, '.config'))
  return [
    chosen,
    runtime && join(runtime, 'containers', 'auth.json'),
    config && join(config, 'containers', 'auth.json'),
    docker ? join(docker, 'config.json') : home && join(home, '.docker', 'config.json'),
  ].filter((path): path is string => path !== undefined && path !== '')
}

interface Config {
  readonly auths: Readonly<Record<string, unknown>>
  readonly helpers: Readonly<Record<string, unknown>>
  readonly store: unknown
}

async function readConfig(path: string): Promise<Config | null> {
  try {
    const content = await readFile(path, 'utf8')
    if (content.length > mostBytes) return null
    const value: unknown = JSON.parse(content)
    return {
      auths: table(field(value, 'auths')),
      helpers: table(field(value, 'credHelpers')),
      store: field(value, 'credsStore'),
    }
  } catch {
    return null
  }
}

async function credentialIn(config: Config, reference: ImageReference, env: Environment): Promise<Credential | null> {
  const { registry, path } = reference
  const helper = entryOf(config.helpers, [registry]) ?? config.store
  if (typeof helper === 'string') {
    const found = askHelper({ name: helper, server: serverOf(registry), env })
    if (found) return found
  }
  // The most particular first: podman keeps some for a part of a registry.
  const parts = path.split('/')
  const wanted = parts.map((_part, at) => [registry, ...parts.slice(0, parts.length - at)].join('/'))
  return readEntry(entryOf(config.auths, [...wanted, registry]))
}

/** Keys are hosts, with or without the parts of an address around them. */
function entryOf(entries: Readonly<Record<string, unknown>>, wanted: readonly string[]): unknown {
  const plain = new Map(Object.entries(entries).map(([key, value]) => [plainKey(key), value]))
  const key = wanted.find((each) => plain.has(each))
  return key === undefined ? undefined : plain.get(key)
}

function plainKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/(v1|v2)?\/?$/, '')
  return (hub.aliases as readonly string[]).includes(host) ? hub.name : host
}

function readEntry(entry: unknown): Credential | null {
  const token = field(entry, 'identitytoken')
  if (typeof token === 'string' && token !== '') return { username: '<token>', password: token }
  const auth = field(entry, 'auth')
  if (typeof auth !== 'string') return null
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = text.indexOf(':')
  return colon < 1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** How helpers know Docker's hub. */
function serverOf(registry: string): string {
  return registry === hub.name ? `https://${hub.aliases[0]}/v1/` : registry
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function table(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
