import { appError } from '#contract/app-error'
import type { WebSocket } from 'ws'
import type { Handlers } from '../server/bind-operation.ts'
export interface Terminals { list: () => []; handlers: Pick<Handlers, 'openTerminal' | 'listTerminals' | 'closeTerminal'>; serve: (socket: WebSocket, id: string) => Promise<void>; adopt(): void; close(): void }
const no = async () => { throw appError('unavailable', 'not-yet', 'Terminals are being wired.') }
export const createTerminals = (_: unknown): Terminals => ({ list: () => [], handlers: { openTerminal: no, listTerminals: async () => [], closeTerminal: no }, serve: no, adopt() {}, close() {} })
