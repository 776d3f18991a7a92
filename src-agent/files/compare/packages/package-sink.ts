import type { Sentence } from '#contract/sentence'

export interface FoundPackage {
  /** `dpkg`, `apk`, `rpm`, `pip`, `npm` */
  readonly manager: string
  readonly name: string
  readonly version: string
  /** https://github.com/package-url/purl-spec */
  readonly purl?: string
}

/** Where readers put what they find. A tree with more packages than any system has is cut off, with a note. */
export interface PackageSink {
  /** Of what is the system's own: `debian`, `alpine`, `fedora`; null where the tree does not say. */
  readonly distribution: string | null
  add(found: FoundPackage): void
  note(sentence: Sentence): void
}

/** Names and versions may hold what has a meaning in an address. */
export function packageUrl(kind: string, name: string, version: string, architecture?: string): string {
  const path = name.split('/').map(encode).join('/')
  const more = architecture ? `?arch=${encode(architecture)}` : ''
  return `pkg:${kind}/${path}@${encode(version)}${more}`
}

/** JSON can hold half a character, which would be refused. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** Reads `Name: value` lines; the first of a name counts. */
export function fieldsOf(stanza: string): (name: string) => string | undefined {
  const fields = new Map<string, string>()
  for (const line of stanza.split('\n')) {
    const end = line.indexOf(':')
    const name = line.slice(0, Math.max(0, end))
    if (end > 0 && !fields.has(name)) fields.set(name, line.slice(end + 1).trim())
  }
  return (name) => fields.get(name)
}
