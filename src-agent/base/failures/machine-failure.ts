import { statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { dirname, join } from 'node:path'
import { AppError, appError, type WireError } from '#contract/app-error'
import { findPlace } from '#contract/client/place'
import { isReadOnly } from '../kernel/read-only.ts'

/** What a machine can run out of, whatever was to be done. */
type Want = 'disk' | 'quota' | 'readOnly' | 'records' | 'agentFiles' | 'machineFiles' | 'watches' | 'memory'

const ofCode: Readonly<Record<string, Want>> = {
  ENOSPC: 'disk',
  EDQUOT: 'quota',
  EROFS: 'readOnly',
  EMFILE: 'agentFiles',
  ENFILE: 'machineFiles',
  ENOMEM: 'memory',
}

/** SQLite's primary codes: sqlite.org/rescode.html. */
const ofSqlite: Readonly<Record<number, Want>> = {
  7: 'memory',
  8: 'readOnly',
  11: 'records',
  13: 'disk',
  26: 'records',
}
/** What SQLite calls an input/output error where a quota is used up, or the index of its log finds no room. */
const sqliteNotWritten: readonly number[] = [778, 4874]

/** An input/output error: also where the kernel has made the file system read-only because of a fault in it. */
const sqliteFailedToReadOrWrite = 10

/** With less free than this, words like "no space left" of a program that Joey started are about this disk. */
const littleBytes = 16 * 1024 * 1024
const mebibyte = 1024 * 1024
const wordsOfFullDisk = /no space left on device|disk quota exceeded|\bENOSPC\b|\bEDQUOT\b/i
/** Further down than any failure is wrapped; also ends where one is its own cause. */
const mostCauses = 8

/** Fields of errors of Node and of its SQLite. */
interface SystemFields {
  readonly code?: unknown
  readonly errcode?: unknown
  readonly syscall?: unknown
  readonly path?: unknown
  readonly dest?: unknown
}

/**
 * The one conversion of what failed into what is reported, in the agent: as `AppError.from`, but what this machine has no more
 * of, a disk, files or memory, is said in one sentence and is no bug of Joey.
 */
export function explainFailure(error: unknown, home = homeOfAgent()): AppError {
  const failure = AppError.from(error)
  if (!isVague(failure.wire)) return failure
  const shortage = findShortage(failure, home)
  if (shortage === null) return failure
  if (shortage.isOfSandbox) return appError('disk-full', { where: 'sandbox' }, { detail: shortage.words, cause: error })
  return sayShortage(shortage, { detail: shortage.words, cause: error })
}

/** Whether it failed for want of room on a disk, however deep that lies in it. */
export function isOutOfRoom(error: unknown, home = homeOfAgent()): boolean {
  const shortage = findShortage(error, home)
  return shortage !== null && !shortage.isOfSandbox && (shortage.want === 'disk' || shortage.want === 'quota')
}

/** Bytes that the agent can still write there, of the nearest folder that exists; null where nobody can tell. */
export function roomAt(path: string): number | null {
  for (let at = path; ; at = dirname(at)) {
    try {
      const { bavail, bfree, bsize } = statfsSync(at)
      // A part of many disks is kept for root.
      return (process.getuid?.() === 0 ? bfree : bavail) * bsize
    } catch {
      if (dirname(at) === at) return null
    }
  }
}

interface Shortage {
  readonly want: Want
  readonly path: string
  readonly words: string
  /** Not this machine's disk is full but the limited one of a sandbox. */
  readonly isOfSandbox: boolean
}

/** Whether its sentence says no more than that something failed. */
function isVague({ code, reason }: WireError): boolean {
  return code === 'internal' || code === 'engine' || reason === 'tool-not-started'
}

function findShortage(error: unknown, home: string): Shortage | null {
  let at = error
  for (let depth = 0; depth < mostCauses && at instanceof Error; depth += 1) {
    const want = wantOf(at, home)
    if (want !== null) {
      const isOfSandbox = want === 'disk' && isOnLimitedDisk(at)
      return { want, path: placeOf(at, home), words: at.message, isOfSandbox }
    }
    at = at.cause
  }
  return null
}

function wantOf(error: Error, home: string): Want | null {
  if (error instanceof AppError) {
    // Of a program's words alone nobody knows which disk they mean: it may be one of a sandbox.
    const isFull = wordsOfFullDisk.test(error.wire.detail ?? '') && isLow(home)
    return isFull ? 'disk' : null
  }
  const { code, errcode, syscall } = error as SystemFields
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') {
    if (sqliteNotWritten.includes(errcode) && isLow(home)) return 'disk'
    if ((errcode & 0xff) === sqliteFailedToReadOrWrite) return isReadOnly(home) ? 'readOnly' : null
    return ofSqlite[errcode & 0xff] ?? null
  }
  const want = typeof code === 'string' && Object.hasOwn(ofCode, code) ? (ofCode[code] ?? null) : null
  return want !== null && syscall === 'watch' ? 'watches' : want
}

function isLow(home: string): boolean {
  return (roomAt(home) ?? Number.POSITIVE_INFINITY) < littleBytes
}

/** Where limited disks are mounted: docs/state-folder.md. */
function isOnLimitedDisk(error: Error): boolean {
  const { path, dest } = error as SystemFields
  const named = dest ?? path
  return typeof named === 'string' && named.startsWith(`${placeOfAgent().run}/limited/`)
}

/** Which folder to name. Below the state folder names may be a sandbox's, so that they are not shown. */
function placeOf(error: Error, home: string): string {
  const { path, dest } = error as SystemFields
  const named = dest ?? path
  if (typeof named !== 'string' || !named.startsWith('/') || named.startsWith('/proc/')) return home
  return named === home || named.startsWith(`${home}/`) ? home : dirname(named)
}

function sayShortage({ want, path }: Shortage, more: { detail: string; cause: unknown }): AppError {
  const free = Math.floor((roomAt(path) ?? 0) / mebibyte)
  switch (want) {
    case 'disk':
    case 'quota':
      return appError('disk-of-machine-full', { path, free, by: want }, more)
    case 'readOnly':
      return appError('disk-of-machine-read-only', { path }, more)
    case 'records':
      // The only file of the agent's that SQLite reads besides its lock.
      return appError('records-damaged', { file: join(path, 'joey.db') }, more)
    case 'agentFiles':
      return appError('open-files-used-up', { by: 'agent' }, more)
    case 'machineFiles':
      return appError('open-files-used-up', { by: 'machine' }, more)
    case 'watches':
      return appError('open-files-used-up', { by: 'watches' }, more)
    case 'memory':
      return appError('memory-of-machine-used-up', { free: Math.floor(freemem() / mebibyte) }, more)
  }
}

function homeOfAgent(): string {
  return placeOfAgent().home
}

function placeOfAgent() {
  return findPlace(process.env, process.getuid?.() ?? 0)
}
