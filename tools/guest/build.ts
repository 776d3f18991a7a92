import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { root } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'

/** Of the micro-VM's init: the source, the program that is made from it, and the record of how that was made. */
export const initSource = join(root, 'resources/guest/source')
export const initProgram = join(root, 'resources/guest/x64/joey-init')
export const initRecord = join(root, 'resources/guest/x64/joey-init.json')

/** What decides the bytes of the program, beside its source. The same tools make the same bytes, wherever they run. */
export const Toolchain = z.strictObject({ compiler: z.string(), linker: z.string(), library: z.string() })
export type Toolchain = z.infer<typeof Toolchain>

/** The file beside the committed program. `source` is the hash of all that it was made from. */
export const BuildRecord = z.strictObject({ sha256: z.string(), source: z.string(), toolchain: Toolchain })
export type BuildRecord = z.infer<typeof BuildRecord>

const compiler = 'musl-gcc'
const libraryLoader = '/lib/ld-musl-x86_64.so.1'
const timeoutMs = 120_000

const flags = [
  ...['-static', '-Os', '-std=c11', '-D_GNU_SOURCE', '-fstack-protector-strong', '-s'],
  ...['-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow', '-Wstrict-prototypes'],
  // Nothing of the machine that it is built on may end up in it.
  ...['-ffile-prefix-map=.=.', '-fno-ident', '-Wl,--build-id=none'],
  ...['-ffunction-sections', '-fdata-sections', '-fno-asynchronous-unwind-tables', '-Wl,--gc-sections'],
]

/** Compiles the init from its source. Rejects with a {@link Problem} where it does not compile. */
export async function buildInit(output: string): Promise<void> {
  const sources = sourceFiles().filter((name) => name.endsWith('.c'))
  const { code, stderr } = await start(compiler, [...flags, '-o', output, ...sources], initSource)
  if (code !== 0) throw new Problem('The init of micro-VMs does not compile.', stderr)
}

/** The versions of what is installed here; null where there is no compiler for it. */
export async function findToolchain(): Promise<Toolchain | null> {
  try {
    const [gcc, linker, library] = await Promise.all([
      start(compiler, ['--version']),
      start('ld', ['--version']),
      start(libraryLoader, []),
    ])
    const version = /^Version (.*)$/m.exec(library.stderr)?.[1] ?? 'unknown'
    return { compiler: firstLine(gcc.stdout), linker: firstLine(linker.stdout), library: `musl ${version}` }
  } catch {
    return null
  }
}

/** The hash of all that the program is made from, its flags included. */
export function hashSource(): string {
  const all = createHash('sha256').update(flags.join(' '))
  for (const name of sourceFiles()) all.update(`\n${name}\n`).update(readFileSync(join(initSource, name)))
  return all.digest('hex')
}

export function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** In an order that does not depend on the file system: the linker lays them out in it. */
function sourceFiles(): readonly string[] {
  return readdirSync(initSource)
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
}

function start(program: string, args: readonly string[], cwd = root) {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', SOURCE_DATE_EPOCH: '0' }
  return run(program, args, { cwd, env, timeoutMs })
}

const firstLine = (text: string): string => text.slice(0, text.indexOf('\n'))
