import type { RawData, WebSocket } from 'ws'
import { TerminalUp } from '#contract/terminal'
import { createFrameSender, frameBytes, parseControl } from '../streams/socket-frames.ts'
import { createReadingGate } from '../streams/socket-pause.ts'
import type { Attachment, LiveTerminal } from './terminal.ts'

/** Input that the guest does not take; beyond it the viewer's socket is not read. */
const maxUnwrittenBytes = 1024 * 1024

/**
 * Serves the stream `terminal.attach` to one viewer until it goes or the terminal does. Never rejects: what fails is
 * sent to the client. `find` throws where there is no such terminal.
 */
export async function serveTerminal(socket: WebSocket, find: () => LiveTerminal): Promise<void> {
  const sender = createFrameSender(socket)
  socket.on('error', () => {})
  try {
    const gate = createReadingGate(socket)
    const sink = { message: sender.message, bytes: sender.bytes, end: () => socket.close(1000) }
    const attachment = find().attach(sink, () => regulate())
    const regulate = (): void => {
      const isTooMuch = attachment.unwritten() > maxUnwrittenBytes
      attachment.setUnheard(isTooMuch)
      if (isTooMuch) gate.hold()
      else gate.release()
    }
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('message', (data, isBinary) => {
      try {
        take(attachment, data, isBinary)
        regulate()
      } catch (error) {
        sender.fail(error)
        attachment.detach()
      }
    })
    if (socket.readyState !== socket.CLOSED) await closed
    attachment.detach()
  } catch (error) {
    sender.fail(error)
  }
}

function take(attachment: Attachment, data: RawData, isBinary: boolean): void {
  if (isBinary) return attachment.write(frameBytes(data))
  const message = parseControl(TerminalUp, data)
  if (message.type === 'resize') attachment.resize(message.columns, message.rows)
  else attachment.acknowledge(message.bytes)
}
