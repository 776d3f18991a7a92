import type { Operation } from '#contract/operation'
import type { Handler, Handlers } from '../base/handlers.ts'
import type { Reserve } from '../state/reserve.ts'

/** What people do to have room again. None of it may fail because there is none. */
const freeing = [
  'stopSandbox',
  'killSandbox',
  'removeSandbox',
  'removeImage',
  'removeSnapshot',
  'pruneSnapshots',
  'cancelTask',
] as const satisfies readonly (keyof Handlers)[]

/** The handlers, with the reserve for those that free room. */
export function lendReserve(handlers: Handlers, reserve: Pick<Reserve, 'lend'>): Handlers {
  const lent = freeing.map((key) => {
    const handler = handlers[key] as unknown as Handler<Operation>
    const withReserve: Handler<Operation> = (request, signal) => reserve.lend(() => handler(request, signal))
    return [key, withReserve] as const
  })
  return { ...handlers, ...(Object.fromEntries(lent) as unknown as Pick<Handlers, (typeof freeing)[number]>) }
}
