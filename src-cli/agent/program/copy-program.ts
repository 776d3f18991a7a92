import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describeFiles, digestOf, isUnchanged, manifestFile } from './manifest.ts'
import { listProgramFiles, type ProgramFile } from './program-files.ts'

export interface ProgramSource {
  /** The folder of Joey that the command line lies in. */
  readonly root: string
  readonly node: string
  readonly version: string
}

/** Versions that are kept beside the newest: what still runs may want to open a file of its own. */
const keptVersions = 2
const fingerprintName = 'source'
const chunkBytes = 1024 * 1024

/**
 * Copies what the agent runs from into a folder named by its content, unless it is there and unchanged, and answers that
 * folder. Its files are root's and are read again after the copy: the digest is that of what will run. Never links, because
 * whoever has the source could go on writing to it.
 */
export function copyProgram({ root, node, version }: ProgramSource, into: string): string {
  mkdirSync(into, { recursive: true, mode: 0o755 })
  const files = listProgramFiles(root, node)
  const fingerprint = fingerprintOf(files)
  const known = findCopy(into, fingerprint)
  if (known !== null) return known
  const draft = mkdtempSync(join(into, '.new-'))
  try {
    chmodSync(draft, 0o755)
    for (const file of files) copyFile(file, draft)
    const paths = files.map(({ path }) => path)
    const manifest = describeFiles(draft, paths)
    writeFileSync(manifestFile(draft), manifest, { mode: 0o644 })
    writeFileSync(join(draft, fingerprintName), fingerprint, { mode: 0o644 })
    const folder = join(into, `${version}-${digestOf(manifest)}`)
    takePlace(draft, folder)
    removeOld(into, folder)
    return folder
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Another start at the same moment may have made the same; a copy that somebody has changed is replaced. */
function takePlace(draft: string, folder: string): void {
  if (isUnchanged(folder)) {
    renameSync(join(draft, fingerprintName), join(folder, fingerprintName))
    return
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(draft, folder)
}

/** The copy of exactly these files, where it is whole. */
function findCopy(into: string, fingerprint: string): string | null {
  const folders = versionsIn(into)
  const folder = folders.find((candidate) => readOrNull(join(candidate, fingerprintName)) === fingerprint)
  return folder !== undefined && isUnchanged(folder) ? folder : null
}

/** Changes whenever a file of the source does: nobody but root can set the time of the latest change of a file's record. */
function fingerprintOf(files: readonly ProgramFile[]): string {
  const hash = createHash('sha256')
  for (const { path, source } of files) {
    const { size, ino, dev, mtimeNs, ctimeNs } = statSync(source, { bigint: true })
    hash.update(`${path}\0${source}\0${size} ${dev} ${ino} ${mtimeNs} ${ctimeNs}\n`)
  }
  return hash.digest('hex')
}

/** By hand: Node's own copy gives the file to the owner of the source, who could hold it open for writing from then on. */
function copyFile({ path, source }: ProgramFile, folder: string): void {
  makeFolders(folder, dirname(path))
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants
  const from = openSync(source, O_RDONLY | O_NOFOLLOW)
  try {
    const to = openSync(join(folder, path), O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try {
      copyBytes(from, to)
      fchmodSync(to, (fstatSync(from).mode & 0o100) === 0 ? 0o644 : 0o755)
    } finally {
      closeSync(to)
    }
  } finally {
    closeSync(from)
  }
}

function copyBytes(from: number, to: number): void {
  const buffer = Buffer.alloc(chunkBytes)
  for (let bytes = readSync(from, buffer); bytes > 0; bytes = readSync(from, buffer)) {
    for (let written = 0; written < bytes; ) written += writeSync(to, buffer, written, bytes - written)
  }
}

/** One by one, with a mode of their own: the caller's mask is not known. */
function makeFolders(folder: string, path: string): void {
  let at = folder
  for (const part of path === '.' ? [] : path.split('/')) {
    at = join(at, part)
    if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) continue
    mkdirSync(at)
    chmodSync(at, 0o755)
  }
}

function removeOld(into: string, newest: string): void {
  const others = versionsIn(into).filter((folder) => folder !== newest)
  const newestFirst = others.sort((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs)
  for (const folder of newestFirst.slice(keptVersions)) rmSync(folder, { recursive: true, force: true })
}

function versionsIn(into: string): readonly string[] {
  return readdirSync(into, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(into, entry.name))
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
