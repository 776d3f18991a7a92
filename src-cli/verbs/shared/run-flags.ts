import type { FieldTable } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import type { Flags } from '../../command/flags.ts'
import { healthFlags } from './health-flags.ts'
import { cpuTimeFlags, limitFlags } from './limit-flags.ts'
import { pullFlags } from './pull-flags.ts'

/** The options that set fields of a specification, by name: from the one table of fields. */
export function fieldFlags<T extends FieldTable>(table: T): FlagsOf<T> {
  const flags = Object.values(table).flatMap(({ flag }) => {
    if (!flag) return []
    const { name, ...rest } = flag
    return [[name, rest]]
  })
  return Object.fromEntries(flags) as FlagsOf<T>
}

type FlagsOf<T extends FieldTable> = {
  readonly [K in keyof T as T[K] extends { readonly flag: { readonly name: infer Name extends string } }
    ? Name
    : never]: NonNullable<T[K]['flag']>
}

const ofFields = fieldFlags(sandboxFields)

/** What `run` and `exec` have in common. */
export const processFlags = {
  interactive: ofFields.interactive,
  tty: ofFields.tty,
  env: ofFields.env,
  'env-file': { type: 'string', multiple: true, value: 'FILE', help: 'Set the variables in a file, one a line.' },
  workdir: ofFields.workdir,
  user: ofFields.user,
  raw: { type: 'boolean', help: 'Let output reach the clipboard here, and be answered by this terminal.' },
  'detach-keys': { type: 'string', value: 'KEYS', help: 'Keys that leave the terminal: ctrl-p,ctrl-q if not given.' },
} as const satisfies Flags

export const runFlags = {
  ...processFlags,
  ...limitFlags,
  ...cpuTimeFlags,
  ...ofFields,
  ...healthFlags,
  wait: { type: 'string', value: 'CONDITION', help: 'With -d: return when it is running or healthy.' },
  detach: { type: 'boolean', short: 'd', help: 'Leave it running, and print its id.' },
  attach: {
    type: 'string',
    short: 'a',
    multiple: true,
    value: 'STREAM',
    help: 'Show only stdin, stdout or stderr of it here; all if not given.',
  },
  'sig-proxy': { type: 'boolean', initial: true, help: 'Pass signals to a main process without a terminal (on).' },
  'label-file': { type: 'string', multiple: true, value: 'FILE', help: 'Attach the labels in a file, one a line.' },
  platform: { type: 'string', value: 'OS/ARCH', help: "Refuse to run where this machine's is another." },
  quiet: { type: 'boolean', short: 'q', help: 'Say nothing of the fetching of the image.' },
  'security-opt': {
    type: 'string',
    multiple: true,
    value: 'OPTION',
    help: 'no-new-privileges, which holds anyway; what opens something is a grant.',
  },
  'publish-all': { type: 'boolean', short: 'P', help: 'Publish the ports that the image declares, on free ones.' },
  cidfile: { type: 'string', value: 'FILE', help: 'Write the id to a new file.' },
  name: { type: 'string', value: 'NAME', help: 'What to call it; made up if not given.' },
  pull: {
    type: 'string',
    value: 'WHEN',
    help: 'Fetch the image from its registry: missing (if not given), always or never.',
  },
  ...pullFlags,
  mount: {
    type: 'string',
    multiple: true,
    value: 'source=SOURCE,target=TARGET[,ro]',
    help: 'The same in the long form, with type=bind, volume or tmpfs.',
  },
} as const satisfies Flags
