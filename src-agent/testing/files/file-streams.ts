import type { WebSocket } from 'ws'
import { openStream } from '#contract/client/open-stream'
import type { Place } from '#contract/client/place'
import { type FoundFile, fileStream, findStream } from '#contract/files'

/** The bytes of a file. Rejects with what the agent says. */
export async function readStream(place: Place, tree: string, path: string): Promise<Buffer> {
  const parts: Buffer[] = []
  await follow(openStream(place, fileStream, { tree, path }), parts)
  return Buffer.concat(parts)
}

/** Paths of what is found, and whether it was all. */
export async function find(
  place: Place,
  request: { tree: string; path?: string; name?: string; content?: string; limit?: number },
): Promise<{ files: FoundFile[]; truncated: boolean }> {
  const messages = await follow(openStream(place, findStream, request), [])
  const files = messages.flatMap((message) => (message['type'] === 'found' ? (message['files'] as FoundFile[]) : []))
  return { files, truncated: messages.at(-1)?.['truncated'] === true }
}

type Message = Readonly<Record<string, unknown>>

function follow(socket: WebSocket, parts: Buffer[]): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    const messages: Message[] = []
    socket.on('message', (data, isBinary) => {
      if (isBinary) parts.push(data as Buffer)
      else messages.push(JSON.parse((data as Buffer).toString('utf8')) as Message)
    })
    socket.once('error', reject)
    socket.once('close', () => {
      if (messages.at(-1)?.['type'] === 'end') resolve(messages)
      else reject(new Error(JSON.stringify(messages.at(-1) ?? 'no message')))
    })
  })
}
