import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'

const Content = z.strictObject({ bootId: z.string(), working: z.array(z.string()) })

/** Remembers what was found to work, until the machine starts anew. What failed is tried again each time: it may have been fixed. */
export interface ProbeCache {
  isKnownToWork(key: string): Promise<boolean>
  remember(key: string): Promise<void>
}

export function createProbeCache(path: string, readBootId: () => Promise<string> = currentBootId): ProbeCache {
  const load = async (): Promise<z.infer<typeof Content>> => {
    const bootId = await readBootId()
    try {
      const content = Content.parse(JSON.parse(await readFile(path, 'utf8')))
      if (content.bootId === bootId) return content
    } catch {
      // Absent or damaged: everything is probed anew.
    }
    return { bootId, working: [] }
  }
  return {
    isKnownToWork: async (key) => (await load()).working.includes(key),
    async remember(key) {
      const content = await load()
      const working = [...new Set([...content.working, key])]
      await mkdir(dirname(path), { recursive: true })
      await writeFile(`${path}.new`, `${JSON.stringify({ ...content, working })}\n`, { mode: 0o600 })
      await rename(`${path}.new`, path)
    },
  }
}

async function currentBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
