import * as z from 'zod'
import { ulimitNames } from './words.ts'

const form = new RegExp(`^(${ulimitNames.join('|')})=(-1|[0-9]{1,15}):(-1|[0-9]{1,15})$`)

/** A limit of each process, as setrlimit(2) has it: `nofile=1024:2048`, soft and hard; -1 for none. */
export const Ulimit = z
  .string()
  .max(64)
  .regex(form, 'A ulimit is NAME=SOFT:HARD, as in nofile=1024:2048, with a name of setrlimit(2).')
  .refine((text) => isOrdered(readUlimit(text)), 'The soft limit of a ulimit is not above the hard one.')

export type UlimitName = (typeof ulimitNames)[number]

/** Null: no limit. */
export interface UlimitParts {
  readonly name: UlimitName
  readonly soft: number | null
  readonly hard: number | null
}

/** The parts of what {@link Ulimit} takes. */
export function readUlimit(text: string): UlimitParts {
  const [, name, soft, hard] = form.exec(text) ?? []
  const value = (digits: string | undefined) => (digits === undefined || digits === '-1' ? null : Number(digits))
  return { name: name as UlimitName, soft: value(soft), hard: value(hard) }
}

/** The same as one text. */
export function formatUlimit({ name, soft, hard }: UlimitParts): string {
  return `${name}=${soft ?? -1}:${hard ?? -1}`
}

function isOrdered({ soft, hard }: UlimitParts): boolean {
  return hard === null || (soft !== null && soft <= hard)
}
