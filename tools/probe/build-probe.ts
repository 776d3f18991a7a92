import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'

/** Source, program and record of the program that a self-test runs inside a sandbox. */
export const probeDir = join(root, 'resources', 'probe')

/** What stands in `build.json` beside the program: enough to make it again, byte for byte. */
export interface ProbeRecord {
  readonly compiler: string
  /** Of the C library that is linked in. */
  readonly librarySha256: string
  readonly flags: readonly string[]
  /** Of all source files, names and contents. */
  readonly sourceSha256: string
  readonly sha256: string
}

// No path, time or build id of the machine that builds gets into the program, so that everybody builds the same.
const flags = ['-std=c11', '-Os', '-static', '-s', '-Wall', '-Wextra', '-Werror', '-Wl,--build-id=none'] as const
const compiler = 'musl-gcc'

/** The compiler's own words for its version; null where there is none. */
export async function readCompiler(): Promise<string | null> {
  const { stdout } = await run(compiler, ['--version'], { timeoutMs: 10_000 }).catch(() => ({ stdout: '' }))
  return stdout.split('\n')[0] || null
}

/** One hash of the C library that would be linked in; null where it is not found. */
export async function hashLibrary(): Promise<string | null> {
  const { stdout } = await run(compiler, ['-print-file-name=libc.a'], { timeoutMs: 10_000 }).catch(() => ({
    stdout: '',
  }))
  const path = stdout.trim()
  return path.startsWith('/') && existsSync(path) ? hashFile(path) : null
}

/** Builds the program into `target` and tells what it is made of. */
export async function buildProbe(target: string): Promise<ProbeRecord> {
  const [version, librarySha256] = [await readCompiler(), await hashLibrary()]
  if (version === null || librarySha256 === null)
    throw new Problem('The compiler musl-gcc is missing. Install the package "musl-tools".')
  const args = [...flags, '-o', target, ...sources().map((name) => join('source', name))]
  const { code, stderr } = await run(compiler, args, { cwd: probeDir, timeoutMs: 120_000 })
  if (code !== 0) throw new Problem('The probe could not be built.', stderr)
  return { compiler: version, librarySha256, flags, sourceSha256: hashSources(), sha256: hashFile(target) }
}

/** One hash of all that the program is built from. */
export function hashSources(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(join(probeDir, 'source')).sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(probeDir, 'source', name)))
  }
  return hash.digest('hex')
}

export function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function sources(): string[] {
  return readdirSync(join(probeDir, 'source'))
    .filter((name) => name.endsWith('.c'))
    .sort()
}
