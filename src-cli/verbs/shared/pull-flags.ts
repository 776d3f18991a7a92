import type { Flags } from '../../command/flags.ts'

/** What `pull` and a `run` that pulls have in common. */
export const pullFlags = {
  'allow-host': {
    type: 'string',
    multiple: true,
    value: 'HOST',
    help: 'Let the registry have it fetched from this host too, this once.',
  },
} as const satisfies Flags
