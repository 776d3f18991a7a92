import * as z from 'zod'
import { leastOomScore } from './words.ts'

const Bytes = z
  .int()
  .min(1)
  .max(2 ** 50)

/** A device of this machine with a rate in bytes each second: `/dev/sda:1048576`. */
const DeviceRate = z
  .string()
  .max(300)
  .regex(/^\/dev\/[A-Za-z0-9._/-]+:[1-9][0-9]{0,14}$/, 'A rate is DEVICE:BYTES, as in /dev/sda:1048576.')

/** The two parts of a rate. */
export function readDeviceRate(text: string): { readonly path: string; readonly bytes: number } {
  const at = text.lastIndexOf(':')
  return { path: text.slice(0, at), bytes: Number(text.slice(at + 1)) }
}

/**
 * What a sandbox may use of this machine, beside its limits: fields of a specification. All of it is the business of this
 * machine's kernel, in every class.
 */
export const resourceOptions = {
  /** Processors that it runs on, as in `0-2,5`; null: all. */
  cpusetCpus: z
    .string()
    .max(512)
    .regex(/^[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*$/, 'Processors are written as in 0-2,5.')
    .nullable()
    .default(null),
  /** Its weight where processors are scarce; others have 1024. */
  cpuShares: z.int().min(2).max(262_144).nullable().default(null),
  /** What it is left with where memory is scarce. */
  memoryReservationBytes: Bytes.nullable().default(null),
  /** Memory and swap together; -1: swap without a limit. Null: no swap beyond the limit of memory. */
  memorySwapBytes: z
    .union([z.literal(-1), Bytes])
    .nullable()
    .default(null),
  /** Its weight where a disk is scarce; others have 100. */
  blkioWeight: z.int().min(10).max(1000).nullable().default(null),
  deviceReadBps: z.array(DeviceRate).max(32).default([]),
  deviceWriteBps: z.array(DeviceRate).max(32).default([]),
  /** How soon it is killed where this machine runs out of memory; null: as every sandbox. */
  oomScoreAdj: z
    .int()
    .min(leastOomScore, `Sandboxes are killed before what is this machine's own: ${leastOomScore} to 1000.`)
    .max(1000)
    .nullable()
    .default(null),
} as const
