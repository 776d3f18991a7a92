import type { Flags } from '../../command/flags.ts'

/** The limits that `run` sets and `update` changes. */
export const limitFlags = {
  memory: { type: 'string', short: 'm', value: 'BYTES', help: 'Memory limit: 64m, 1.5g; 0 for none.' },
  cpus: { type: 'string', value: 'NUMBER', help: 'Cores it may use: 0.5, 2; 0 for all.' },
  'pids-limit': { type: 'string', value: 'NUMBER', help: 'Processes it may have; -1 for no limit.' },
  disk: {
    type: 'string',
    value: 'BYTES',
    help: 'What it can write to its disk: 512m, 10g; 0 for no limit.',
  },
} as const satisfies Flags

/** Docker's older form of `--cpus`, in two numbers. */
export const cpuTimeFlags = {
  'cpu-quota': {
    type: 'string',
    value: 'MICROSECONDS',
    help: 'Processor time in each period, as --cpus in one number.',
  },
  'cpu-period': { type: 'string', value: 'MICROSECONDS', help: 'The period of --cpu-quota; 100000 if not given.' },
} as const satisfies Flags
