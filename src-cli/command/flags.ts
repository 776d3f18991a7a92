import { parseArgs } from 'node:util'
import { type DockerOptions, explainDockerOption } from './docker-options.ts'
import { nearest } from './nearest.ts'
import { usageError } from './usage-error.ts'

/** One option of a verb. Its key in {@link Flags} is its long name. */
export interface Flag {
  readonly type: 'boolean' | 'string'
  readonly short?: string
  /** May be given several times. */
  readonly multiple?: boolean
  /** What stands for the value in the help: `BYTES`. */
  readonly value?: string
  /** Of a boolean that is on unless `--name=false`. */
  readonly initial?: true
  readonly help: string
}
export type Flags = Readonly<Record<string, Flag>>

/** What the options of a verb amount to, typed by their declaration. */
export type Values<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends { readonly type: 'boolean' }
    ? boolean
    : F[K] extends { readonly multiple: true }
      ? readonly string[]
      : string | undefined
}

/** Every verb has these. */
export const commonFlags = {
  json: { type: 'boolean', help: 'Print JSON, errors too.' },
  verbose: { type: 'boolean', help: 'Show the details of a failure.' },
  help: { type: 'boolean', short: 'h', help: 'Show this help.' },
} as const satisfies Flags

/** A verb's options with the common ones. A verb may take a short name from them: `-h` of run is the hostname. */
export function withCommonFlags(own: Flags): Flags {
  const taken = new Set(Object.values(own).map(({ short }) => short))
  const common = Object.entries<Flag>(commonFlags).map(([name, { short, ...flag }]): [string, Flag] => [
    name,
    short === undefined || taken.has(short) ? flag : { ...flag, short },
  ])
  return { ...Object.fromEntries(common), ...own }
}

export interface ParsedFlags<F extends Flags> {
  readonly values: Values<F>
  readonly operands: readonly string[]
}

export interface ParseOptions {
  /** Options end at the first operand: what follows belongs to the command in the sandbox. */
  readonly passThrough: boolean
  /** What is explained where it is not known. */
  readonly docker?: DockerOptions
}

/**
 * Reads options with Docker's rules: short ones combine (`-it`), a value may touch its option (`-m64m`,
 * `--memory=64m`), a value may start with a dash, `--flag=false` turns one off, the last one wins.
 */
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  { passThrough, docker = {} }: ParseOptions,
): ParsedFlags<F> {
  const { own, rest } = passThrough ? splitAtOperand(flags, args) : { own: args, rest: [] }
  const values = initialValues(flags)
  const operands: string[] = []
  for (const token of tokenize(flags, own)) {
    if (token.kind === 'positional') operands.push(token.value)
    else if (token.kind === 'option') {
      requireKnown(flags, docker, token, args)
      setValue(flags, values, token)
    }
  }
  return { values: values as Values<F>, operands: [...operands, ...rest] }
}

interface OptionToken {
  readonly index: number
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  /** Whether the value touches the option: `-p80`, `--publish=80`. */
  readonly inlineValue?: boolean | undefined
}

type Token =
  | ({ readonly kind: 'option' } & OptionToken)
  | { readonly kind: 'positional'; readonly index: number; readonly value: string }
  | { readonly kind: 'option-terminator'; readonly index: number }

function tokenize(flags: Flags, args: readonly string[]): readonly Token[] {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  )
  // Not strict: its own errors name neither the nearest option nor our help.
  return parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true }).tokens
}

/** `run -m 64m busybox ls -l`: options end at `busybox`. A `--` before it ends them too and is dropped. */
function splitAtOperand(flags: Flags, args: readonly string[]): { own: readonly string[]; rest: readonly string[] } {
  for (const { kind, index } of tokenize(flags, args)) {
    if (kind === 'positional') return { own: args.slice(0, index), rest: args.slice(index) }
    if (kind === 'option-terminator') return { own: args.slice(0, index), rest: args.slice(index + 1) }
  }
  return { own: args, rest: [] }
}

function initialValues(flags: Flags): Record<string, boolean | string | string[] | undefined> {
  const initial = ({ type, multiple, initial: on }: Flag) => {
    if (type === 'boolean') return on ?? false
    return multiple ? [] : undefined
  }
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, initial(flag)]))
}

function setValue(
  flags: Flags,
  values: Record<string, unknown>,
  { name, rawName, value, inlineValue }: OptionToken,
): void {
  const flag = flags[name]
  if (!flag) return
  if (flag.type === 'boolean') {
    values[name] = readBoolean(rawName, value)
    return
  }
  if (value === undefined) throw usageError('usage-option-without-value', { option: rawName, value: flag.value ?? '' })
  // `-p=80` is `-p 80`, as Docker reads it. But the `=x` of `-e =x` is a word of its own.
  const text = !rawName.startsWith('--') && inlineValue && value.startsWith('=') ? value.slice(1) : value
  const list = values[name]
  if (Array.isArray(list)) list.push(text)
  else values[name] = text
}

function readBoolean(rawName: string, value: string | undefined): boolean {
  if (value === undefined || value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw usageError('usage-option-not-boolean', { option: rawName, text: value })
}

/** The value of an option that is not known may be the word after it. */
function requireKnown(
  flags: Flags,
  docker: DockerOptions,
  { name, rawName, value, index }: OptionToken,
  args: readonly string[],
): void {
  if (Object.hasOwn(flags, name)) return
  throw explainDockerOption(docker, rawName, value ?? args[index + 1] ?? '') ?? unknownFlag(flags, rawName)
}

function unknownFlag(flags: Flags, rawName: string): Error {
  const names = Object.keys(flags).map((name) => `--${name}`)
  const close = rawName.startsWith('--') ? nearest(rawName, names) : undefined
  return usageError('usage-option-unknown', { option: rawName, ...(close && { close }) })
}
