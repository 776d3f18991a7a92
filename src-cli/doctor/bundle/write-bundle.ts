import { chmodSync, closeSync, constants, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { arch, cpus, freemem, version as kernelBuild, loadavg, release, totalmem, uptime } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { AppError, appError } from '#contract/app-error'
import { endOfTar, tarOfBytes } from '../../build/write-tar.ts'
import type { Context } from '../../context.ts'
import { ownVersion } from '../../own-version.ts'
import type { Report } from '../examine.ts'
import { createRedactor, type Redactor } from './redact.ts'

export interface WrittenBundle {
  readonly path: string
  readonly bytes: number
  readonly files: readonly string[]
  /** How many values were taken out. */
  readonly takenOut: number
}

/** Of each log, at its end. */
const tailBytes = 1024 * 1024

const readme = `What "joey doctor --bundle" has collected, for somebody who helps.

versions.json   of Joey, Node, the kernel and the system
machine.json    processors, memory, load, what the findings of the doctor are
records.json    sandboxes, images, volumes, snapshots, settings: what the agent has on record
logs/           the end of the agent's log, and what it printed before that was open

Taken out, and marked with "[taken out]": the values of environment variables, labels, annotations and notes, the outputs of health
checks, names of accounts at registries, and arguments and words in logs that look like passwords, tokens or keys. Passwords of
registries, keys that sign bundles and files of sandboxes were never in it. Nobody can know every secret by its look:
read it before you send it.
`

/**
 * Collects what helps to find a fault into one archive, which only its owner can read. It is all taken together first and only then
 * cleaned: what is secret in one place is taken out of all.
 */
export async function writeBundle(context: Context, file: string, report: Report): Promise<WrittenBundle> {
  const redactor = createRedactor()
  learnFrom(redactor, context)
  const records = await collectRecords(context)
  const logs = ['joeyd.log', 'agent-output.log'].map((name) => ({
    name,
    text: tailOf(join(context.place.home, 'logs', name)),
  }))
  for (const value of [records, report]) redactor.learn(value)
  const json = (value: unknown): string => `${JSON.stringify(redactor.value(value), null, 2)}\n`
  const content: readonly (readonly [name: string, text: string])[] = [
    ['README.txt', readme],
    ['versions.json', json(await versions(context))],
    ['machine.json', json({ ...machine(), ...report })],
    ['records.json', json(records)],
    ...logs.map(({ name, text }) => [`logs/${name}`, redactLines(redactor, text)] as const),
  ]
  const tar = content.map(([name, text]) => tarOfBytes(Buffer.from(text), `joey-support/${name}`))
  const bytes = gzipSync(Buffer.concat([...tar, endOfTar]))
  const path = resolve(context.cwd, file)
  writeNew(path, bytes)
  return { path, bytes: bytes.length, files: content.map(([name]) => name), takenOut: redactor.count() }
}

/** What lies on this machine in plain sight of root is not put into the bundle, but must not get there by a log either. */
function learnFrom(redactor: Redactor, { place, env }: Context): void {
  for (const [name, value] of Object.entries(env)) if (value !== undefined) redactor.learn({ [name]: value })
  const logins = readOrNull(join(place.home, 'registry-logins.json'))
  for (const text of stringsIn(logins === null ? null : parseOrNull(logins))) redactor.learnText(text)
  const key = readOrNull(join(place.home, 'signing', 'secret.pem'))
  for (const line of (key ?? '').split('\n')) if (!line.startsWith('-----')) redactor.learnText(line.trim())
}

/** Each part by itself: what one of them cannot be asked for now must not cost the others. */
async function collectRecords({ client }: Context): Promise<Readonly<Record<string, unknown>>> {
  const parts = {
    settings: () => client.readSettings({}),
    sandboxes: () => client.listSandboxes({ all: true }),
    images: () => client.listImages({}),
    volumes: () => client.listVolumes({}),
    snapshots: () => client.listSnapshots({}),
    unreadable: () => client.listUnreadable({}),
    leftovers: () => client.listLeftovers({}),
    diskUsage: () => client.readDiskUsage({}),
  }
  const asked = Object.entries(parts).map(async ([name, ask]) => {
    const answer = await ask().catch((error: unknown) => ({ notRead: AppError.from(error).wire.message }))
    return [name, answer] as const
  })
  return Object.fromEntries(await Promise.all(asked))
}

async function versions({ client, place }: Context): Promise<object> {
  const agent = await client.readAgent({}).catch(() => null)
  return {
    ...{ joey: ownVersion, node: process.versions.node, agent, home: place.home },
    kernel: { release: release(), build: kernelBuild(), arch: arch() },
    system: readOrNull('/etc/os-release'),
  }
}

function machine(): object {
  return {
    ...{ processors: cpus().length, model: cpus()[0]?.model ?? null, memoryBytes: totalmem(), freeBytes: freemem() },
    ...{ load: loadavg(), uptimeSeconds: Math.round(uptime()) },
    cgroups: readOrNull('/proc/cgroups'),
    pressure: readOrNull('/proc/pressure/memory'),
  }
}

/** Lines of JSON by their fields, so that names decide; others as text. */
function redactLines(redactor: Redactor, text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const fields = line.startsWith('{') ? parseOrNull(line) : null
      return fields === null ? redactor.text(line) : JSON.stringify(redactor.value(fields))
    })
    .join('\n')
}

/** The last whole lines of a file. */
function tailOf(path: string): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = fstatSync(file)
      const buffer = Buffer.alloc(Math.min(size, tailBytes))
      const bytes = readSync(file, buffer, 0, buffer.length, size - buffer.length)
      const text = buffer.toString('utf8', 0, bytes)
      return size > tailBytes ? text.slice(text.indexOf('\n') + 1) : text
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return `(not read: ${(error as NodeJS.ErrnoException).code ?? String(error)})\n`
  }
}

/** Open to its owner alone, and never in the place of something that is there. */
function writeNew(path: string, bytes: Buffer): void {
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    } finally {
      closeSync(file)
    }
    chmodSync(path, 0o600)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'exists' : 'other'
    throw appError('support-bundle-not-written', { file: path, why }, { detail: String(error), cause: error })
  }
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, each]) => (key === 'registry' ? [] : stringsIn(each)))
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
