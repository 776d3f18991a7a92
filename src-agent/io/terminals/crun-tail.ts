/** Takes the output of an engine's terminal and gives what of it is the guest's. */
export interface OutputFilter {
  /** What can be passed on now; the rest is held until it is known what it is. */
  push(bytes: Buffer): Buffer
  /** What was held, as it came: no end followed. */
  release(): Buffer
  /** What was held, when the engine has ended. */
  end(): Buffer
  isHolding(): boolean
}

const mark = Buffer.from('\u001b[1;31m')
const recordEnd = Buffer.from('\u001b[0m\n')
const headPattern = /^\u001b\[1;31m\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z: /
/** Completes the beginning of a head. */
const headSample = '\u001b[1;31m2000-01-01T00:00:00.000000Z: '
const headBytes = headSample.length
const maxRecordBytes = 255
/** More than a terminal holds, with what crun adds to it. */
const maxHeldBytes = 256 * 1024
const nothing = Buffer.alloc(0)

/**
 * Where a command ends while crun has not passed on all of its output, crun (1.8.1) prints the rest through its own
 * log: in pieces of 255 bytes, each as a red line with the time. This takes the log off again. A zero byte in that rest
 * is lost with what follows it in its piece; crun does not print it.
 */
export function createCrunTail(): OutputFilter {
  let held: Buffer = nothing
  const take = (): Buffer => {
    const all = held
    held = nothing
    return all
  }
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes])
      const start = all.length > maxHeldBytes ? all.length : findTail(all)
      held = all.subarray(start)
      return all.subarray(0, start)
    },
    release: take,
    end() {
      const all = take()
      const records = readRecords(all)
      return records === null || records === 'unfinished' ? all : Buffer.concat(records)
    },
    isHolding: () => held.length > 0,
  }
}

/** Where the records begin that the bytes end with; the length where they end with none. */
function findTail(bytes: Buffer): number {
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    if (readRecords(bytes.subarray(at)) !== null) return at
  }
  for (let length = Math.min(mark.length - 1, bytes.length); length > 0; length -= 1) {
    if (startsLikeHead(bytes.subarray(bytes.length - length))) return bytes.length - length
  }
  return bytes.length
}

/** The contents of records and nothing else; null where that is not what it is. */
function readRecords(bytes: Buffer): Buffer[] | 'unfinished' | null {
  const contents: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    if (!startsLikeHead(bytes.subarray(at))) return null
    if (bytes.length - at < headBytes) return 'unfinished'
    const start = at + headBytes
    const end = findRecordEnd(bytes, start)
    if (end === -1) return bytes.length - start < maxRecordBytes + recordEnd.length ? 'unfinished' : null
    contents.push(bytes.subarray(start, end))
    at = end + recordEnd.length
  }
  return contents
}

/** The content may look like an end as well; a real one is followed by another record or nothing. */
function findRecordEnd(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(recordEnd, start); end !== -1; end = bytes.indexOf(recordEnd, end + 1)) {
    if (end - start > maxRecordBytes) return -1
    if (startsLikeHead(bytes.subarray(end + recordEnd.length))) return end
  }
  return -1
}

/** A head, or as much of one as there is. */
function startsLikeHead(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, headBytes)
  return headPattern.test(text + headSample.slice(text.length))
}
