import * as z from 'zod'
import { operation } from './operation.ts'
import { mayGrow } from './tolerant.ts'

/** What a leftover is. `namespace`: of a network; `table`: of the packet filter. */
export const LeftoverKind = mayGrow(
  z.enum([
    'process',
    'cgroup',
    'mount',
    'interface',
    'namespace',
    'table',
    'folder',
    /** Never sent: how a client shows a kind of a later version. */
    'other',
  ]),
  'other',
)
export type LeftoverKind = z.infer<typeof LeftoverKind>

/** Something that bears the marks of this agent's state folder and that no record explains. */
export const Leftover = z.strictObject({
  kind: LeftoverKind,
  /** Its path or its name; of a process its number and its command. */
  what: z.string().min(1).max(5000),
})
export type Leftover = z.infer<typeof Leftover>

export const listLeftovers = operation({
  name: 'host.leftovers',
  method: 'GET',
  path: '/v1/host/leftovers',
  summary:
    'What bears the marks of this state folder and is explained by no record. Nothing of other agents is listed.',
  request: z.strictObject({}),
  response: z.array(Leftover),
})

export const removeLeftovers = operation({
  name: 'host.removeLeftovers',
  method: 'POST',
  path: '/v1/host/leftovers/remove',
  summary:
    'Removes those of the named leftovers that still are some. What is gone, or is explained by now, is left alone and not listed.',
  request: z.strictObject({ leftovers: z.array(Leftover).max(10_000) }),
  response: z.strictObject({
    removed: z.array(Leftover),
    failed: z.array(z.strictObject({ leftover: Leftover, why: z.string() })),
  }),
})
