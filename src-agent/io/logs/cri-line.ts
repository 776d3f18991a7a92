/** A piece of the main process's output, as the monitor wrote it down. */
export interface LogRecord {
  /** The monitor's time, as written: RFC 3339 with nanoseconds and the host's offset. */
  readonly at: string
  readonly stream: 'stdout' | 'stderr'
  /** Exactly the bytes of the process: with the newline where the line was complete. */
  readonly bytes: Buffer
  /** The line goes on in the next record of this stream. */
  readonly partial: boolean
}

export interface LineParser {
  /** The records that these bytes complete. They may share memory with `chunk`. */
  push(chunk: Buffer): LogRecord[]
  /** Forgets an unfinished line: what follows is another file. */
  reset(): void
}

/** conmon writes at most 8 KiB a line; a longer one is passed on in pieces of about this size. */
const maxLineBytes = 64 * 1024
const newline = 10

type Head = Omit<LogRecord, 'bytes'>
const headPattern =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::[^ ]{0,32})? /
const maxHeadBytes = 96

/**
 * Reads the log format of the Container Runtime Interface, `TIME STREAM F|P CONTENT`, bit by bit.
 * Content cannot forge a record, because the monitor starts a new line with a head of its own at every newline.
 * A line without a head is the torn end of a write on a full disk, and is skipped.
 */
export function createLineParser(): LineParser {
  let carry: Buffer = Buffer.alloc(0)
  /** The head of a line that is too long to be kept; null: that line is skipped. */
  let oversized: Head | null | undefined
  const readHead = headReader()

  const take = (line: Buffer, ended: boolean): LogRecord | null => {
    const first = oversized === undefined
    const found = first ? readHead(line) : { head: oversized ?? null, length: 0 }
    oversized = ended ? undefined : (found?.head ?? null)
    if (!found?.head) return null
    const cut = ended && found.head.partial ? line.length - 1 : line.length
    return { ...found.head, partial: found.head.partial || !ended, bytes: line.subarray(found.length, cut) }
  }

  return {
    push(chunk) {
      const data = carry.length === 0 ? chunk : Buffer.concat([carry, chunk])
      const records: LogRecord[] = []
      let start = 0
      for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline, start)) {
        const record = take(data.subarray(start, end + 1), true)
        if (record) records.push(record)
        start = end + 1
      }
      const rest = data.subarray(start)
      const tooLong = rest.length > maxLineBytes
      const piece = tooLong ? take(rest, false) : null
      if (piece) records.push(piece)
      // A copy, so that a few bytes do not keep a large chunk alive.
      carry = Buffer.from(tooLong ? Buffer.alloc(0) : rest)
      return records
    },
    reset() {
      carry = Buffer.alloc(0)
      oversized = undefined
    },
  }
}

/** Lines that came in one read of the monitor have the same head, so most heads are only compared. */
function headReader(): (line: Buffer) => { readonly head: Head; readonly length: number } | null {
  let lastBytes: Buffer = Buffer.alloc(0)
  let last: { readonly head: Head; readonly length: number } | null = null
  return (line) => {
    const { length } = lastBytes
    if (last && line.length > length && line.compare(lastBytes, 0, length, 0, length) === 0) return last
    const match = headPattern.exec(line.toString('latin1', 0, maxHeadBytes))
    if (!match) return null
    const [text, at = '', stream, tag] = match
    const head: Head = { at, stream: stream === 'stderr' ? 'stderr' : 'stdout', partial: tag === 'P' }
    last = { head, length: text.length }
    lastBytes = Buffer.from(line.subarray(0, text.length))
    return last
  }
}
