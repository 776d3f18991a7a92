/**
 * What the agent and `joey-inside --files` say to each other; resources/inside/source/edit.h is the other half. The program
 * runs in a guest, which may answer in its place: an answer is never more than a number, a word and a count.
 */
export const editOps = { put: 1, folder: 2, link: 3, move: 4, delete: 5, mode: 6, owner: 7 } as const

export const editFlags = {
  replace: 1,
  keep: 2,
  foldersOwner: 4,
  time: 8,
  sync: 16,
  plain: 32,
  merge: 64,
} as const

export type EditFlag = keyof typeof editFlags

export interface EditFrame {
  readonly op: keyof typeof editOps
  /** Latin1, relative. */
  readonly path: string
  /** The target of a link, or where something is moved; latin1. */
  readonly other?: string
  readonly flags?: readonly EditFlag[]
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtimeNs?: bigint
}

const magic = 0x4a
const headerBytes = 40
const second = 1_000_000_000n

export function encodeFrame({
  op,
  path,
  other = '',
  flags = [],
  mode = 0,
  uid = 0,
  gid = 0,
  mtimeNs = 0n,
}: EditFrame): Buffer {
  const absolute = Buffer.from(`/${path}`, 'latin1')
  // A link's target is anything; where something is moved to is a path as the other is.
  const further = Buffer.from(op === 'move' ? `/${other}` : other, 'latin1')
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(magic, 0)
  header.writeUInt8(editOps[op], 1)
  header.writeUInt16LE(
    flags.reduce((sum, flag) => sum | editFlags[flag], 0),
    2,
  )
  header.writeUInt32LE(absolute.length, 4)
  header.writeUInt32LE(further.length, 8)
  header.writeUInt32LE(mode, 12)
  header.writeUInt32LE(uid, 16)
  header.writeUInt32LE(gid, 20)
  const ns = ((mtimeNs % second) + second) % second
  header.writeUInt32LE(Number(ns), 24)
  header.writeBigInt64LE((mtimeNs - ns) / second, 32)
  return Buffer.concat([header, absolute, further])
}

/** Content follows a `put` in parts of at most this. */
export const largestPart = 1024 * 1024
const [holeMark, dropMark] = [0xfffffffe, 0xffffffff]

export function partHeader(length: number): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt32LE(length)
  return header
}

/** As many zeros, which take no room. */
export function encodeHole(length: number): Buffer {
  const part = Buffer.alloc(12)
  part.writeUInt32LE(holeMark)
  part.writeBigUInt64LE(BigInt(length), 4)
  return part
}

export const contentEnd = partHeader(0)
/** The file is not to be kept. */
export const contentDropped = partHeader(dropMark)

export const editWords = ['ok', 'ready', 'busy', 'failed', 'link', 'mount', 'special', 'deep', 'dropped'] as const

export interface EditAnswer {
  /** As errno has it; 0 where it was done. */
  readonly error: number
  readonly word: (typeof editWords)[number]
  readonly count: number
}

export const longestAnswer = 40

/** Null where the line is none. */
export function parseAnswer(line: string): EditAnswer | null {
  const match = /^(\d{1,4}) ([a-z]{1,10}) (\d{1,15})$/.exec(line)
  const word = editWords.find((each) => each === match?.[2])
  if (!match || word === undefined) return null
  return { error: Number(match[1]), word, count: Number(match[3]) }
}
