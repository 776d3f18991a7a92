import type { Flags } from '../../command/flags.ts'

/** How `run` has the health of a sandbox checked. */
export const healthFlags = {
  'health-cmd': { type: 'string', value: 'COMMAND', help: 'Check its health by this line for the shell inside.' },
  'health-interval': { type: 'string', value: 'TIME', help: 'From one check to the next; 30s if not given.' },
  'health-timeout': { type: 'string', value: 'TIME', help: 'A check that takes longer has failed; 30s if not given.' },
  'health-retries': {
    type: 'string',
    value: 'NUMBER',
    help: 'Failures in a row until it is unhealthy; 3 if not given.',
  },
  'health-start-period': { type: 'string', value: 'TIME', help: 'Failures so soon after the start do not count.' },
  'health-start-interval': {
    type: 'string',
    value: 'TIME',
    help: 'From check to check in that time; 5s if not given.',
  },
  'no-healthcheck': { type: 'boolean', help: 'Leave out the check that the image asks for.' },
} as const satisfies Flags
