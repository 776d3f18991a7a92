import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFields, type FieldList } from '../../engines/microvm/guest/fields.ts'
import { encodeMessage } from '../../engines/microvm/guest/frames.ts'
import { field, limits, toGuest, toHost } from '../../engines/microvm/guest/protocol.ts'

/** A guest that says what a test wants it to say, on a real socket. */
export interface FakeGuest {
  readonly path: string
  send(type: number, session: number, content?: FieldList | Uint8Array): void
  /** The next message of the host. */
  next(): Promise<{ type: number; session: number; payload: Buffer }>
  dispose(): void
}

/** Answers the greeting of each client; everything else is the test's. */
export async function startFakeGuest(hello: FieldList = greeting): Promise<FakeGuest> {
  const folder = mkdtempSync(join(tmpdir(), 'joey-fake-guest-'))
  const path = join(folder, 'control')
  const messages: { type: number; session: number; payload: Buffer }[] = []
  let wake = () => {}
  let client: Socket | undefined
  const server = createServer((socket) => {
    client = socket
    socket.on('error', () => {})
    let held = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk])
      for (;;) {
        const start = held.findIndex((byte) => byte !== 0)
        if (start < 0 || held.length < start + limits.FRAME_HEADER_BYTES) return
        held = held.subarray(start)
        const end = limits.FRAME_HEADER_BYTES + held.readUInt32LE(8)
        if (held.length < end + 1) return
        const payload = Buffer.from(held.subarray(limits.FRAME_HEADER_BYTES, end))
        const message = { type: held.readUInt16LE(2), session: held.readUInt32LE(4), payload }
        held = held.subarray(end + 1)
        if (message.type === toGuest.HELLO) {
          socket.write(encodeMessage(toHost.HELLO, 0, Buffer.concat([payload, encodeFields(hello)])))
        } else {
          messages.push(message)
          wake()
        }
      }
    })
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    path,
    send(type, session, content = []) {
      client?.write(encodeMessage(type, session, content instanceof Uint8Array ? content : encodeFields(content)))
    },
    async next() {
      while (messages.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return messages.shift() as { type: number; session: number; payload: Buffer }
    },
    dispose() {
      client?.destroy()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const greeting: FieldList = [
  [field.PROTOCOL, limits.JOEY_PROTOCOL],
  [field.KERNEL_RELEASE, '6.12.1'],
  [field.PHASE, 1],
  [field.PAGE_SIZE, 4096],
  [field.FEATURE, 'pids'],
]
