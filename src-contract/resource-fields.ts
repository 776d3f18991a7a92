import { ofProgram } from './field-rules.ts'
import type { resourceOptions } from './resource-options.ts'
import type { SandboxSpec } from './sandbox.ts'
import type { SandboxField } from './sandbox-field.ts'

type Fields = { readonly [K in keyof typeof resourceOptions]: SandboxField<SandboxSpec[K]> }

/** Names devices or processors of one machine. */
const ofMachine = { ...ofProgram, inBundle: 'dropped' } as const
const optional = (option: string) => (value: string | number | null) => (value === null ? [] : [option, String(value)])

/** The part of the table of fields that is about what a sandbox may use of this machine: see `sandboxFields`. */
export const resourceFields = {
  cpusetCpus: {
    ...ofMachine,
    flag: { name: 'cpuset-cpus', type: 'string', value: 'LIST', help: 'Processors that it runs on: 0-2,5.' },
    again: optional('--cpuset-cpus'),
    fact: { card: 'process', label: 'cpusetCpus', words: { kind: 'text', none: 'none' } },
  },
  cpuShares: {
    ...ofProgram,
    flag: {
      name: 'cpu-shares',
      type: 'string',
      short: 'c',
      value: 'NUMBER',
      help: 'Its weight where processors are scarce; others have 1024.',
    },
    again: optional('--cpu-shares'),
    fact: { card: 'process', label: 'cpuShares', words: { kind: 'text', none: 'none' } },
  },
  memoryReservationBytes: {
    ...ofProgram,
    flag: {
      name: 'memory-reservation',
      type: 'string',
      value: 'BYTES',
      help: 'Memory that it is left with where there is little.',
    },
    again: optional('--memory-reservation'),
    fact: { card: 'process', label: 'memoryReservationBytes', words: { kind: 'bytes' } },
  },
  memorySwapBytes: {
    ...ofProgram,
    flag: {
      name: 'memory-swap',
      type: 'string',
      value: 'BYTES',
      help: 'Memory and swap together; -1 for swap without a limit.',
    },
    again: optional('--memory-swap'),
    fact: { card: 'process', label: 'memorySwapBytes', words: { kind: 'text', none: 'none' } },
  },
  blkioWeight: {
    ...ofProgram,
    flag: {
      name: 'blkio-weight',
      type: 'string',
      value: 'NUMBER',
      help: 'Its weight where disks are busy, 10 to 1000.',
    },
    again: optional('--blkio-weight'),
    fact: { card: 'process', label: 'blkioWeight', words: { kind: 'text', none: 'none' } },
  },
  deviceReadBps: {
    ...ofMachine,
    flag: {
      name: 'device-read-bps',
      type: 'string',
      multiple: true,
      value: 'DEVICE:BYTES',
      help: 'Limit what it reads from a disk each second.',
    },
    again: (rates) => rates.flatMap((rate) => ['--device-read-bps', rate]),
    fact: { card: 'process', label: 'deviceReadBps', words: { kind: 'list' } },
  },
  deviceWriteBps: {
    ...ofMachine,
    flag: {
      name: 'device-write-bps',
      type: 'string',
      multiple: true,
      value: 'DEVICE:BYTES',
      help: 'Limit what it writes to a disk each second.',
    },
    again: (rates) => rates.flatMap((rate) => ['--device-write-bps', rate]),
    fact: { card: 'process', label: 'deviceWriteBps', words: { kind: 'list' } },
  },
  oomScoreAdj: {
    ...ofProgram,
    flag: {
      name: 'oom-score-adj',
      type: 'string',
      value: 'NUMBER',
      help: 'How soon it is killed where memory runs out: 500 (as every sandbox) to 1000.',
    },
    again: optional('--oom-score-adj'),
    fact: { card: 'process', label: 'oomScoreAdj', words: { kind: 'text', none: 'none' } },
  },
} as const satisfies Fields
