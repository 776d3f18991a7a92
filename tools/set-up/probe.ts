import { accessSync, closeSync, constants, globSync, openSync, readSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run } from '../process/run.ts'
import type { Probe, Requirement } from './requirements.ts'

/** Where administrators' programs live, which an ordinary user's PATH often lacks. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

const libraryFolders = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib', '/usr/lib/*-linux-gnu']

/** The path of a program, or nothing when this machine does not have it. */
export function findProgram(name: string, searchPath = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...searchPath.split(delimiter).filter((folder) => folder.startsWith('/')), ...systemFolders]
  return folders.map((folder) => join(folder, name)).find(isExecutableFile)
}

/** Lists what this machine lacks. Asks the machine itself rather than a package manager, of which there are many. */
export async function findMissing(requirements: readonly Requirement[]): Promise<readonly Requirement[]> {
  const needsLibraries = requirements.some(({ probe }) => probe.kind === 'library')
  const libraries = needsLibraries ? await listLibraries() : new Set<string>()
  return requirements.filter(({ probe }) => !isThere(probe, libraries))
}

/** How a requirement is called in a sentence. */
export function describeProbe(probe: Probe): string {
  switch (probe.kind) {
    case 'program':
      return probe.name
    case 'staticProgram':
      return `${probe.name} (statically linked)`
    case 'library':
    case 'file':
      return probe.name
    case 'font':
      return 'a font'
  }
}

function isThere(probe: Probe, libraries: ReadonlySet<string>): boolean {
  switch (probe.kind) {
    case 'program':
      return findProgram(probe.name) !== undefined
    case 'staticProgram': {
      const path = findProgram(probe.name)
      return path !== undefined && isStaticallyLinked(path)
    }
    case 'library':
      return libraries.has(probe.name)
    case 'file':
      return globSync(probe.pattern).length > 0
    case 'font':
      return hasFont(['/usr/share/fonts', '/usr/local/share/fonts', join(homedir(), '.local/share/fonts')])
  }
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

async function listLibraries(): Promise<ReadonlySet<string>> {
  const ldconfig = findProgram('ldconfig')
  const listing = ldconfig ? await run(ldconfig, ['-p'], { timeoutMs: 10_000 }) : undefined
  if (listing?.code === 0) return parseLibraryCache(listing.stdout)
  // A distribution without a loader cache: look where libraries lie.
  return new Set(
    globSync(libraryFolders.map((folder) => `${folder}/*.so*`)).map((path) => path.split('/').at(-1) ?? path),
  )
}

/** Reads the names out of `ldconfig -p`: lines of the form `libdrm.so.2 (libc6,x86-64) => /lib/…/libdrm.so.2`. */
export function parseLibraryCache(listing: string): ReadonlySet<string> {
  const names = listing.split('\n').map((line) => /^\s+(\S+) \(.*\) => /.exec(line)?.[1])
  return new Set(names.filter((name) => name !== undefined))
}

function hasFont(folders: readonly string[]): boolean {
  return folders.some((folder) => globSync('**/*.{ttf,otf,ttc}', { cwd: folder }).length > 0)
}

const programHeaderInterpreter = 3

/** Whether an ELF file asks for no loader: none of its program headers is PT_INTERP. 64-bit, little-endian files only. */
export function isStaticallyLinked(path: string): boolean {
  const start = Buffer.alloc(4096)
  const file = openSync(path, 'r')
  try {
    readSync(file, start, 0, start.length, 0)
  } finally {
    closeSync(file)
  }
  const is64BitElf = start.readUInt32BE(0) === 0x7f454c46 && start[4] === 2
  if (!is64BitElf) return false
  const offset = Number(start.readBigUInt64LE(32))
  const size = start.readUInt16LE(54)
  const count = start.readUInt16LE(56)
  if (offset + size * count > start.length) return false
  return Array.from({ length: count }, (_, index) => start.readUInt32LE(offset + index * size)).every(
    (type) => type !== programHeaderInterpreter,
  )
}
