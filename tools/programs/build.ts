import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { root } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'

/** A program in C that is committed with its source, because no user needs a compiler. */
export interface Program {
  readonly name: string
  readonly source: string
  readonly binary: string
  /** The {@link BuildRecord} beside the binary. */
  readonly record: string
  /** Not a program by itself: loaded by a guest's own C library, whichever glibc that is, and needs nothing else. */
  readonly isLibrary: boolean
}

/**
 * What runs inside of sandboxes (the first process of a micro-VM, the program of self-tests and file changes, and what
 * programs in gVisor load), what sets up their namespaces and mounts from outside, and
 * what the built-in image has of its own.
 */
export const programs: readonly Program[] = [
  programIn('guest', 'joey-init'),
  programIn('inside', 'joey-inside'),
  programIn('outside', 'joey-outside'),
  programIn('image', 'joey-ping'),
  { ...programIn('gvisor', 'joey-stat-flags.so'), isLibrary: true },
]

function programIn(folder: string, name: string): Program {
  const at = join(root, 'resources', folder)
  return {
    ...{ name, source: join(at, 'source'), binary: join(at, 'x64', name), record: join(at, 'x64/build.json') },
    isLibrary: false,
  }
}

/** What decides the bytes of a program, beside its source. The same tools make the same bytes, wherever they run. */
export const Toolchain = z.strictObject({ compiler: z.string(), linker: z.string(), library: z.string() })
export type Toolchain = z.infer<typeof Toolchain>

/** The file beside a committed program. `source` is the hash of all that it was made from, its flags included. */
export const BuildRecord = z.strictObject({ sha256: z.string(), source: z.string(), toolchain: Toolchain })
export type BuildRecord = z.infer<typeof BuildRecord>

const compiler = 'musl-gcc'
const libraryFolder = '/usr/lib/x86_64-linux-musl'
const timeoutMs = 120_000

/** What every compiler has to find nothing wrong with; the tests' builds use the same. */
export const warnings: readonly string[] = [
  ...['-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wsign-conversion', '-Wshadow'],
  ...['-Wstrict-prototypes', '-Wmissing-prototypes', '-Wvla', '-Wformat=2'],
]

/** The language, for every compiler. */
export const language: readonly string[] = ['-std=c11', '-D_GNU_SOURCE']

const flags: readonly string[] = [
  ...[...language, ...warnings, '-Os', '-fPIE', '-fstack-protector-strong', '-D_FORTIFY_SOURCE=3'],
  // Nothing of the machine that it is built on may end up in it.
  ...['-ffile-prefix-map=.=.', '-fno-ident', '-ffunction-sections', '-fdata-sections'],
  '-fno-asynchronous-unwind-tables',
]

// musl-gcc knows no -static-pie, so its parts are named: code at any address, and all of it fixed before it runs.
const linkFlags: readonly string[] = [
  ...['-static', '-nostartfiles', '-s', '-Wl,-pie,--no-dynamic-linker', '-Wl,-z,text,-z,relro,-z,now,-z,noexecstack'],
  ...['-Wl,--build-id=none', '-Wl,--gc-sections'],
]

// No C library is linked: whichever the guest has is there when this is loaded.
const libraryFlags: readonly string[] = [
  ...[...language, ...warnings, '-Os', '-fPIC', '-fno-stack-protector', '-ffile-prefix-map=.=.', '-fno-ident'],
  ...['-fno-asynchronous-unwind-tables', '-shared', '-nostdlib', '-s', '-Wl,--build-id=none'],
  '-Wl,-z,text,-z,relro,-z,now,-z,noexecstack',
]

/** Compiles a program into `output`. Rejects with a {@link Problem} where it does not compile. */
export async function buildProgram({ name, source, isLibrary }: Program, output: string): Promise<void> {
  const sources = sourceFiles(source).filter((file) => file.endsWith('.c'))
  if (isLibrary) {
    const { code, stderr } = await start(compiler, [...libraryFlags, '-o', output, ...sources], source)
    if (code !== 0) throw new Problem(`${name} does not compile.`, stderr)
    return
  }
  const [begin, end] = await Promise.all([findPart('crtbeginS.o'), findPart('crtendS.o')])
  const before = [join(libraryFolder, 'rcrt1.o'), join(libraryFolder, 'crti.o'), begin]
  const parts = [...before, ...sources, end, join(libraryFolder, 'crtn.o')]
  const { code, stderr } = await start(compiler, [...flags, ...linkFlags, '-o', output, ...parts], source)
  if (code !== 0) throw new Problem(`${name} does not compile.`, stderr)
}

async function findPart(name: string): Promise<string> {
  return (await start(compiler, [`-print-file-name=${name}`])).stdout.trim()
}

/** The versions of what is installed here; null where there is no compiler for it. */
export async function findToolchain(): Promise<Toolchain | null> {
  try {
    const [gcc, linker] = await Promise.all([start(compiler, ['--version']), start('ld', ['--version'])])
    const library = `musl ${hashFile(join(libraryFolder, 'libc.a'))}`
    return { compiler: firstLine(gcc.stdout), linker: firstLine(linker.stdout), library }
  } catch {
    return null
  }
}

/** The hash of all that a program is made from, its flags included. */
export function hashSource({ source, isLibrary }: Program): string {
  const all = createHash('sha256').update((isLibrary ? libraryFlags : [...flags, ...linkFlags]).join(' '))
  for (const name of sourceFiles(source)) all.update(`\n${name}\n`).update(readFileSync(join(source, name)))
  return all.digest('hex')
}

/** SHA-256 of a file's content, in hexadecimal digits. */
export function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** In an order that does not depend on the file system: the linker lays them out in it. */
function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
}

function start(program: string, args: readonly string[], cwd = root) {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', SOURCE_DATE_EPOCH: '0' }
  return run(program, args, { cwd, env, timeoutMs })
}

const firstLine = (text: string): string => text.slice(0, text.indexOf('\n'))
