/*
 * References to images in registries, as Docker reads them. Without zod: the command line reads one before each pull.
 */

/** Docker's hub: where a name without a registry comes from unless a setting says otherwise. The one place that names it. */
export const hub = {
  name: 'docker.io',
  /** Also written so. */
  aliases: ['index.docker.io'],
  /** Where its tokens and layers come from, beside its own subdomains. */
  hosts: [
    'production.cloudflare.docker.com',
    'docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com',
  ],
} as const

/** What of a registry is meant. */
export interface ImageReference {
  /** Host, with its port where one is given. */
  readonly registry: string
  readonly path: string
  /** `latest` where neither tag nor digest is given; with a digest it says nothing. */
  readonly tag: string | null
  readonly digest: string | null
}

/** How names without a registry are read. */
export interface ReferenceRules {
  /** In place of Docker's hub. */
  readonly searchRegistry?: string | null
  /** `NAME=REFERENCE`: what a short name without tag stands for. */
  readonly aliases?: readonly string[]
}

/** What is wrong with a reference that cannot be read. */
export type ReferenceFault = 'form' | 'upperCase' | 'tag' | 'digest' | 'digestKind' | 'registry' | 'long' | 'id'

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const host =
  /^(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*(?::[0-9]{1,5})?$/
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const longestName = 255

/** Reads what somebody has typed for an image of a registry: `debian`, `team/web:1.2`, `localhost:5000/web@sha256:…`. */
export function parseReference(text: string, rules: ReferenceRules = {}): ImageReference | ReferenceFault {
  const [rest, digest] = cut(text, '@')
  if (digest !== null && !digest.startsWith('sha256:')) return 'digestKind'
  if (digest !== null && !/^sha256:[a-f0-9]{64}$/.test(digest)) return 'digest'
  const colon = rest.lastIndexOf(':')
  const hasTag = colon > rest.lastIndexOf('/')
  const [name, tag] = hasTag ? [rest.slice(0, colon), rest.slice(colon + 1)] : [rest, null]
  if (tag !== null && !tagForm.test(tag)) return 'tag'
  if (/^[a-f0-9]{64}$/.test(name)) return 'id'
  const place = placeOf(name, rules)
  if (typeof place === 'string') return place
  const { registry, path, tag: ofAlias } = place
  if (registry.length + path.length + 1 > longestName) return 'long'
  return { registry, path, tag: digest === null ? (tag ?? ofAlias ?? 'latest') : null, digest }
}

interface Place {
  readonly registry: string
  readonly path: string
  readonly tag?: string | null
}

function placeOf(name: string, { searchRegistry, aliases = [] }: ReferenceRules): Place | ReferenceFault {
  const alias = aliases.map((each) => cut(each, '=')).find(([short]) => short === name)?.[1]
  if (alias !== undefined && alias !== null) {
    const meant = parseReference(alias)
    return typeof meant === 'string' || meant.digest !== null ? 'form' : meant
  }
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  // As Docker decides it: what has a dot, a port or a capital letter before the first slash is a host.
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const [registry, path] = isHost ? [first.toLowerCase(), name.slice(slash + 1)] : [searchRegistry ?? hub.name, name]
  if (!host.test(registry) || Number(/:(\d+)$/.exec(registry)?.[1] ?? 1) > 65_535) return 'registry'
  if (!path.split('/').every((part) => component.test(part))) return path === path.toLowerCase() ? 'form' : 'upperCase'
  const isHub = registry === hub.name || (hub.aliases as readonly string[]).includes(registry)
  if (!isHub) return { registry, path }
  return { registry: hub.name, path: path.includes('/') ? path : `library/${path}` }
}

/** The name that Docker shows: its hub and the hub's library go unsaid. */
export function familiarName({ registry, path, tag, digest }: ImageReference): string {
  const short = registry === hub.name ? path.replace(/^library\//, '') : `${registry}/${path}`
  return digest === null ? `${short}:${tag ?? 'latest'}` : `${short}@${digest}`
}

/** The whole of it, as a registry is asked. */
export function wholeName({ registry, path, tag, digest }: ImageReference): string {
  return `${registry}/${path}${digest === null ? `:${tag ?? 'latest'}` : `@${digest}`}`
}

/** Host and port of a registry; without a port that of https. */
export function splitHost(registry: string): { readonly host: string; readonly port: number | null } {
  const found = /^(.*):(\d+)$/.exec(registry)
  return found ? { host: found[1] ?? '', port: Number(found[2]) } : { host: registry, port: null }
}

/** Whether a registry is on this machine itself: it may be spoken to without encryption, as Docker does. */
export function isLoopback(registry: string): boolean {
  const { host: name } = splitHost(registry)
  return name === 'localhost' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}

function cut(text: string, at: string): readonly [string, string | null] {
  const index = text.indexOf(at)
  return index < 0 ? [text, null] : [text.slice(0, index), text.slice(index + 1)]
}
