import { startTool } from './confined-tools.ts'

const blockBytes = 512
const patienceMs = 10_000

/**
 * What the files of a layer take up of the disk that were made or changed since a time, by the kernel's own clock, which nobody
 * inside can set. Of a layer with more files than can be looked at in ten seconds: of those that were.
 */
export async function recentlyChangedBytes(folder: string, sinceMs: number): Promise<number> {
  const expired = AbortSignal.timeout(patienceMs)
  const since = `@${(sinceMs / 1000).toFixed(3)}`
  const args = ['/layer', '-xdev', '-type', 'f', '-newerct', since, '-printf', '%b\\n']
  const tool = await startTool(
    { program: 'find', args, shown: [{ from: folder, to: '/layer', writable: false }], okExitCodes: [0, 1] },
    expired,
  )
  try {
    return await sumLines(tool.stdout)
  } finally {
    await tool.dispose()
  }
}

async function sumLines(output: AsyncIterable<Buffer>): Promise<number> {
  let [sum, rest] = [0, '']
  for await (const chunk of output) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) sum += (Number(line) || 0) * blockBytes
  }
  return sum
}
