import { appError } from '#contract/app-error'
import { hostArchitecture } from '../storage/images/plan-images.ts'

interface Instruction {
  readonly name: string
  readonly words: string
}

/**
 * The images that a Dockerfile begins stages with or copies from, each as it is written there once its variables have their
 * values. Stages and `scratch` are none. What stages mean otherwise is for the builder to know.
 */
export function imagesOf(text: string, args: Readonly<Record<string, string>>): readonly string[] {
  const globals = new Map<string, string>(Object.entries(platformOf(hostArchitecture)))
  const stages = new Set<string>(['scratch'])
  const images = new Set<string>()
  let count = 0
  const add = (name: string): void => {
    if (!stages.has(name.toLowerCase()) && !/^\d+$/.test(name)) images.add(name)
  }
  for (const { name, words } of instructionsOf(text)) {
    if (name === 'ARG' && count === 0)
      for (const [key, value] of argumentsOf(words, globals, args)) globals.set(key, value)
    if (name === 'FROM') {
      const [image, stage] = readFrom(words, globals)
      add(image)
      if (stage !== null) stages.add(stage.toLowerCase())
      count += 1
    }
    if (name === 'COPY' || name === 'RUN' || name === 'ADD') for (const from of sourcesOf(words)) add(from)
  }
  if (count === 0) throw appError('dockerfile-without-from')
  return [...images]
}

/** https://docs.docker.com/reference/dockerfile/ */
const known: ReadonlySet<string> = new Set([
  ...[
    'ADD',
    'ARG',
    'CMD',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'LABEL',
    'MAINTAINER',
    'ONBUILD',
  ],
  ...['RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
])

/** Refuses a word that is no instruction, before anything is sent: the builder's own sentence for it is a dump of its memory. */
export function requireInstructions(text: string): void {
  const { name } = instructionsOf(text).find((each) => !known.has(each.name)) ?? {}
  if (name !== undefined) throw appError('dockerfile-no-instruction', { word: name.slice(0, 100) })
}

/** The first instruction with a text for it in the lines that follow (`RUN <<EOF`); null: there is none. */
export function firstHeredoc(text: string): string | null {
  const found = instructionsOf(text).find(({ name, words }) => isFed(name) && heredocsOf(words).length > 0)
  return found ? `${found.name} ${found.words}`.slice(0, 200) : null
}

const isFed = (name: string): boolean => name === 'RUN' || name === 'COPY' || name === 'ADD'
/** The words that end them. Three signs are a shell's own. */
const heredocsOf = (words: string): string[] =>
  [...words.matchAll(/(?<!<)<<-?(["']?)([A-Za-z_]\w*)\1/g)].map((each) => each[2] ?? '')

/** What every Dockerfile may ask for, without having said so. */
function platformOf(architecture: string): Readonly<Record<string, string>> {
  const names = { PLATFORM: `linux/${architecture}`, OS: 'linux', ARCH: architecture }
  return Object.fromEntries(
    ['TARGET', 'BUILD'].flatMap((side) => Object.entries(names).map(([name, value]) => [`${side}${name}`, value])),
  )
}

/** Lines that go on are one; comments and empty lines between them are none. */
function instructionsOf(text: string): readonly Instruction[] {
  const escape = /^\s*#\s*escape\s*=\s*`/im.exec(text.split(/\r?\n/).slice(0, 5).join('\n')) ? '`' : '\\'
  const found: Instruction[] = []
  let line = ''
  let heredocs: string[] = []
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (heredocs.length > 0) {
      if (raw.replace(/^\t+/, '') === heredocs[0]) heredocs = heredocs.slice(1)
      continue
    }
    if (/^\s*#/.test(raw) || (raw.trim() === '' && line !== '')) continue
    const trimmed = raw.trimEnd()
    line += trimmed.endsWith(escape) ? `${trimmed.slice(0, -1)} ` : trimmed
    if (trimmed.endsWith(escape)) continue
    const [, word = '', words = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? []
    const name = word.toUpperCase()
    if (name !== '') found.push({ name, words })
    if (isFed(name)) heredocs = heredocsOf(words)
    line = ''
  }
  return found
}

function readFrom(words: string, globals: ReadonlyMap<string, string>): readonly [string, string | null] {
  const parts = words.split(/\s+/).filter((word) => word !== '' && !word.startsWith('--'))
  const image = expand(unquoted(parts[0] ?? ''), globals)
  if (image === '') throw appError('dockerfile-from-empty', { line: `FROM ${words}`.slice(0, 200) })
  return [image, parts[1]?.toUpperCase() === 'AS' ? (parts[2] ?? null) : null]
}

function argumentsOf(
  words: string,
  globals: ReadonlyMap<string, string>,
  given: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return words.split(/\s+(?=[A-Za-z_]\w*(?:=|\s|$))/).flatMap((word) => {
    const at = word.indexOf('=')
    const key = at < 0 ? word.trim() : word.slice(0, at)
    const value = given[key] ?? (at < 0 ? undefined : expand(unquoted(word.slice(at + 1).trim()), globals))
    return value === undefined ? [] : [[key, value] as const]
  })
}

/** `COPY --from=IMAGE`, `RUN --mount=type=bind,from=IMAGE`. */
function sourcesOf(words: string): readonly string[] {
  const options = /^(?:--\S+\s+)*/.exec(words)?.[0].split(/\s+/) ?? []
  return options.flatMap((option) => {
    if (option.startsWith('--from=')) return [option.slice('--from='.length)]
    if (!option.startsWith('--mount=')) return []
    return option
      .slice('--mount='.length)
      .split(',')
      .flatMap((part) => (part.startsWith('from=') ? [part.slice('from='.length)] : []))
  })
}

/** `$NAME`, `${NAME}`, `${NAME:-otherwise}`, `${NAME:+instead}`. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{[A-Za-z_]\w*(?::[-+][^}]*)?\}|[A-Za-z_]\w*)/g, (whole) => {
    const [, name = '', sign, other = ''] = /^\$\{?(\w+)(?::([-+])([^}]*))?\}?$/.exec(whole) ?? []
    const value = values.get(name) ?? ''
    if (sign === '-') return value === '' ? other : value
    if (sign === '+') return value === '' ? '' : other
    return value
  })
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text
}
