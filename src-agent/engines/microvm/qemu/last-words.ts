import { open } from 'node:fs/promises'
import * as z from 'zod'

/** What joey-init says when the main process has ended. The guest may be hostile: nothing else is taken. */
const LastWords = z.strictObject({
  code: z.int().min(0).max(255),
  oomKills: z.int().min(0).max(1_000_000),
})
export type LastWords = z.infer<typeof LastWords>

const maxBytes = 512

/** Null where the machine ended without them: it was killed, it crashed, or its guest says something else. */
export async function readLastWords(path: string): Promise<LastWords | null> {
  const text = await readHead(path)
  const line = text.slice(0, text.indexOf('\n'))
  try {
    return LastWords.parse(JSON.parse(line))
  } catch {
    return null
  }
}

async function readHead(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return ''
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
