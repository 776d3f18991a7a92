/** Where packages of Debian come from, and which. */
export interface DebianSource {
  readonly mirror: string
  readonly suite: string
  /** Lines of sources.list for what is newer than the release: corrections of it, as this machine has them. */
  readonly further: readonly string[]
}

interface SourceFiles {
  /** Of /etc/os-release. */
  readonly osRelease: string
  /** Of the files that apt reads its sources from, of both forms. */
  readonly aptSources: readonly string[]
  /** Of debootstrap itself, which knows a mirror. */
  readonly debootstrap: string
}

interface Entry {
  readonly uri: string
  readonly suites: readonly string[]
}

/** That of this machine, where it is Debian: its mirror and its release. Else what debootstrap itself begins with. */
export function chooseSource(
  { osRelease, aptSources, debootstrap }: SourceFiles,
  wish: { readonly mirror?: string | undefined; readonly suite?: string | undefined } = {},
): DebianSource {
  const isDebian = /^ID=["']?debian["']?$/m.test(osRelease)
  const own = isDebian ? /^VERSION_CODENAME=["']?([a-z]+)["']?$/m.exec(osRelease)?.[1] : undefined
  const suite = wish.suite ?? own ?? 'stable'
  const entries = isDebian ? aptSources.flatMap(readEntries) : []
  const main = entries.find(({ suites }) => suites.includes(suite))
  const mirror = wish.mirror ?? main?.uri ?? usualMirror(debootstrap)
  if (wish.mirror !== undefined || main === undefined) return { mirror, suite, further: [] }
  const names = [`${suite}-updates`, `${suite}-security`]
  const further = entries.flatMap(({ uri, suites }) =>
    names.filter((name) => suites.includes(name)).map((name) => `deb ${uri} ${name} main`),
  )
  return { mirror, suite, further: [...new Set(further)] }
}

function usualMirror(debootstrap: string): string {
  return /^DEF_MIRROR="?(https?:\/\/[^"\s]+)"?$/m.exec(debootstrap)?.[1] ?? ''
}

/** Of either form; only what has the component `main`, and comes by http. */
function readEntries(text: string): Entry[] {
  return [...readLines(text), ...readStanzas(text)].filter(({ uri }) => /^https?:\/\/[a-z0-9.:-]+(\/|$)/.test(uri))
}

function readLines(text: string): Entry[] {
  return [...text.matchAll(/^deb(?:\s+\[[^\]]*\])?\s+(\S+)\s+(\S+)\s+(.*)$/gm)].flatMap(
    ([, uri = '', suite = '', components = '']) =>
      components.split(/\s+/).includes('main') ? [{ uri: withoutSlash(uri), suites: [suite] }] : [],
  )
}

function readStanzas(text: string): Entry[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] =>
      (new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(stanza)?.[1] ?? '').split(/\s+/).filter(Boolean)
    if (!field('Types').includes('deb') || !field('Components').includes('main')) return []
    if (field('Enabled')[0] === 'no') return []
    return field('URIs').map((uri) => ({ uri: withoutSlash(uri), suites: field('Suites') }))
  })
}

const withoutSlash = (uri: string): string => uri.replace(/\/+$/, '')
