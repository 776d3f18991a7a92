import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import { confine } from '../../../base/process/confine.ts'
import { type Run, run } from '../../../base/process/run.ts'
import type { RpmPackage } from './rpm-header.ts'

/** A database of rpm as the guest has left it, and its write-ahead log where there is one. */
export interface RpmDatabase {
  readonly database: Buffer
  readonly log: Buffer | null
}

/** Null where the database is damaged, or is no database of rpm. */
export type ReadRpmDatabase = (from: RpmDatabase, signal: AbortSignal) => Promise<readonly RpmPackage[] | null>

const patienceMs = 60_000
const limits = ['--core=0', '--cpu=30', `--fsize=${512 * 2 ** 20}`, '--']
const mostOutput = 64 * 2 ** 20
const Answer = z.array(z.strictObject({ name: z.string(), version: z.string(), architecture: z.string().optional() }))

/**
 * Has a confined process read the database: SQLite is written in C, and the guest has written every byte of what it would
 * read. What such bytes make of that process is its own end, or names and versions that are not true.
 */
export const readRpmDatabase: ReadRpmDatabase = createRpmDatabaseReader(run)

export function createRpmDatabaseReader(runProgram: Run): ReadRpmDatabase {
  return async ({ database, log }, signal) => {
    const helper = findHelper()
    const shown = [
      { from: process.execPath, to: '/helper/node', writable: false },
      { from: dirname(helper), to: '/helper/program', writable: false },
    ]
    const node = ['/helper/node', '--no-warnings', `/helper/program/${basename(helper)}`, `${database.length}`]
    const [program, args] = confine('prlimit', [...limits, ...node], { shown })
    const input = log === null ? database : Buffer.concat([database, log])
    const options = { signal, input, timeoutMs: patienceMs, maxOutputBytes: mostOutput }
    try {
      return parseAnswer((await runProgram(program, args, options)).stdout)
    } catch (error) {
      return whatItMeans(error)
    }
  }
}

/** What does not fit was not written by Joey's own code, but by what the database made of it. */
function parseAnswer(text: string): readonly RpmPackage[] | null {
  try {
    return Answer.parse(JSON.parse(text)).map((each) => ({ ...each, architecture: each.architecture }))
  } catch {
    return null
  }
}

/** A helper that crashed, or worked on and on, has read a hostile database; one that could not be confined has read nothing. */
function whatItMeans(error: unknown): null {
  if (!(error instanceof AppError)) throw error
  const { reason, detail } = error.wire
  if (reason === 'tool-failed' && /^bwrap: /m.test(detail ?? '')) {
    throw appError('confinement-unavailable', { what: 'rpm' }, { cause: error, ...(detail && { detail }) })
  }
  if (!['tool-failed', 'tool-timeout', 'tool-output-too-large'].includes(reason)) throw error
  return null
}

/** Beside this file in the sources, at the top of the agent's folder in a build. */
function findHelper(): string {
  const source = join(import.meta.dirname, 'rpm-database.entry.ts')
  if (existsSync(source)) return source
  const built = [import.meta.dirname, dirname(import.meta.dirname)].map((folder) => join(folder, 'rpm-database.js'))
  return built.find((path) => existsSync(path)) ?? (built[0] as string)
}
