import * as z from 'zod'
import type { PortUp } from '#contract/app'

const mostTextLength = 64 * 1024
const mostBytes = 4 * 1024 * 1024

const Message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().max(mostTextLength) }),
  z.strictObject({
    type: z.literal('binary'),
    bytes: z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array && value.byteLength <= mostBytes),
  }),
  z.strictObject({ type: z.literal('close') }),
])

/** What the page put on a port, or nothing when it is not a message at all. What a frame says is the agent's to check. */
export function readPortUp(data: unknown): PortUp | undefined {
  return Message.safeParse(data).data
}
