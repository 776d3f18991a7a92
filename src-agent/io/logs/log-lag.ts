import type { LogFiles } from './log-files.ts'

/** How much of a log lies after a place, in bytes of the kept files. */
export async function bytesAfter(files: LogFiles, id: string | null, offset: number): Promise<number> {
  const kept = await files.kept()
  const at = kept.findIndex((file) => file.id === id)
  const later = kept.slice(at + 1).reduce((sum, { size }) => sum + size, 0)
  return later + Math.max(0, (kept[at]?.size ?? 0) - offset)
}
