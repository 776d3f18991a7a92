import { type IpcMain, type IpcMainInvokeEvent, ipcMain, type WebContents, type WebFrameMain } from 'electron'
import * as z from 'zod'
import { AppError, appError, type Reply } from '#contract/app-error'

/** The document that asks. */
export interface Page {
  readonly contents: WebContents
  readonly frame: WebFrameMain
}

export type Expose = <Message extends z.ZodType>(
  channel: string,
  message: Message,
  handler: (message: z.output<Message>, page: Page) => Promise<unknown>,
) => void

export interface ExposeDeps {
  readonly isTrusted: (event: IpcMainInvokeEvent) => boolean
  /** Called with failures that are bugs, and about messages that no page of ours sends. */
  readonly onSurprise: (channel: string, error: AppError) => void
  readonly ipc?: Pick<IpcMain, 'handle'>
}

/**
 * Binds channels to handlers: the only module of the app that touches `ipcMain`. Looks at the sender first, then at the
 * message; what goes wrong travels back as data.
 */
export function createExposer({ isTrusted, onSurprise, ipc = ipcMain }: ExposeDeps): Expose {
  return (channel, message, handler) => {
    ipc.handle(channel, async (event, raw: unknown): Promise<Reply<unknown>> => {
      try {
        const frame = event.senderFrame
        if (!isTrusted(event) || !frame) throw refused()
        const value = await handler(parseMessage(channel, message, raw), { contents: event.sender, frame })
        return { ok: true, value }
      } catch (error) {
        const failure = AppError.from(error)
        if (['internal', 'refused', 'invalidRequest'].includes(failure.wire.code)) onSurprise(channel, failure)
        return { ok: false, error: failure.wire }
      }
    })
  }
}

/** Parses what the page sent with a schema of the contract; the sentence is for people, the detail for us. */
export function parseMessage<Message extends z.ZodType>(
  name: string,
  schema: Message,
  raw: unknown,
): z.output<Message> {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  throw appError('request-not-valid', { what: 'window' }, { detail: `${name}: ${z.prettifyError(parsed.error)}` })
}

function refused(): AppError {
  return appError('sender-not-trusted')
}
