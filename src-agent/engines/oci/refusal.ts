import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Refusal } from '../driver.ts'

/**
 * A runtime becomes the process before the kernel is asked for the program. Where the kernel refuses that, the runtime has no
 * way left to report it but as the process itself: this line on its error stream and nothing else, and exit code 1. In a
 * terminal crun writes it in red and with the time.
 */
const line =
  /^(?:\u001b\[1;31m\S+Z: )?exec(?: container process(?: \(missing dynamic library\?\))?)?(?: `?([^\n`]+)`?)?: (exec format error|no such file or directory|permission denied|text file busy|argument list too long)(?:\u001b\[0m)?\r*\n?$/i
const exitCode = 1

/** What all of a process's output says, where it is that line; null where the program ran. */
export function readRefusal(code: number | null, output: string): Refusal | null {
  const [, program, words] = (code === exitCode && line.exec(output)) || []
  if (words === undefined) return null
  const isMissing = words.toLowerCase() === 'no such file or directory'
  const reason = isMissing ? 'command-not-found' : 'command-not-executable'
  return { reason, code: isMissing ? 127 : 126, program: program ?? null }
}

const tailBytes = 4096
/** As conmon writes them: time, stream, whether the line is whole, text. */
const record = /^(\S+) (?:stdout|stderr) [FP] (.*)$/

/** The same of a main process, whose output is in the log, after that of its earlier runs. */
export async function readRefusalInLog(code: number | null, { log, run }: { log: string; run: string }) {
  if (code !== exitCode) return null
  const begun = await stat(join(run, 'config.json')).catch(() => null)
  if (begun === null) return null
  const records = (await readTail(log)).split('\n').flatMap((text) => {
    const [, at, output] = record.exec(text) ?? []
    return at === undefined || output === undefined ? [] : [{ at: Date.parse(at), output }]
  })
  const [only, ...more] = records.filter(({ at }) => at >= Math.floor(begun.mtimeMs))
  return only === undefined || more.length > 0 ? null : readRefusal(code, only.output)
}

async function readTail(file: string): Promise<string> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return ''
  try {
    const { size } = await handle.stat()
    const bytes = Buffer.alloc(Math.min(size, tailBytes))
    await handle.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8')
  } finally {
    await handle.close()
  }
}
