import type { Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { beginOutput, type HeldOutput, removeIn, removeLeft } from '../base/host-path/held-output.ts'
import type { HostFolder } from '../base/host-path/host-folder.ts'
import type { HostPath } from '../base/host-path/open-host-path.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { run } from '../base/process/run.ts'
import { type HostRules, isOfJoey } from '../sandboxes/host-paths.ts'

/** Where an export goes: it appears whole under its name, or not at all. */
export interface Output {
  /** The file that is to be written, made and empty: a path by which it is reached whatever bears its name. */
  readonly part: string
  /** What is to be written where it is a folder; null for a file. */
  readonly folder: HostFolder | null
  /** Writes all of the file. */
  write(content: AsyncIterable<Buffer>): Promise<void>
  /** Gives it its owner, mode and name. */
  publish(mode: number): Promise<void>
  /** Takes away what is half done. After `publish` nothing is left to take away. */
  discard(): Promise<void>
}

interface OutputRequest {
  readonly path: string
  readonly kind: 'file' | 'folder'
  readonly replace: boolean
  /** Room that it may need; refused at once where there is less. */
  readonly neededBytes: number
  readonly rules: HostRules
  /** Where is noted what a crash would leave behind. */
  readonly notes: string
}

/** The folder is held from here on: nobody who may write on the way, or in it, has the export written elsewhere. */
export async function openOutput(request: OutputRequest): Promise<Output> {
  const name = basename(request.path)
  const target = await openTarget(request.path, name, request.rules)
  try {
    if (isOfJoey(join(target.path, name), request.rules.joey)) throw appError('output-in-state')
    await checkOld(target, name, request)
    await requireRoom(target, request.neededBytes)
    const output = await beginOutput(target, name, request.kind)
    const note = join(request.notes, output.partName.slice(-17, -5))
    await mkdir(request.notes, { recursive: true, mode: 0o700 })
    await writeFile(note, join(target.path, output.partName), { flush: true })
    return toOutput(output, target, name, { ...request, note })
  } catch (error) {
    await target.close()
    throw error
  }
}

function toOutput(
  output: HeldOutput,
  target: HostPath,
  name: string,
  { path, kind, replace, note }: OutputRequest & { readonly note: string },
): Output {
  const at = (each: string) => `/proc/self/fd/${target.handle.fd}/${each}`
  return {
    part: output.file,
    folder: output.folder,
    async write(content) {
      const file = await open(output.file, 'r+')
      try {
        await file.writeFile(content)
      } finally {
        await file.close()
      }
    },
    async publish(mode) {
      await output.settle(mode)
      const old = `${output.partName}.old`
      if (kind === 'folder' && replace) await rename(at(name), at(old)).catch(orMissing)
      const outcome = await output.publish(name, replace)
      if (outcome === 'taken') throw appError('output-exists', { path })
      if (outcome === 'replaced-by-another') throw appError('output-replaced', { path })
      if (kind === 'folder' && replace) await removeIn(run, target, old)
      await rm(note, { force: true })
    },
    async discard() {
      await output.discard()
      await rm(note, { force: true })
      await output.close()
      await target.close()
    },
  }
}

/** What an agent that was killed has left of its exports. */
export async function clearParts(notes: string): Promise<void> {
  for (const name of await readdir(notes).catch(() => [])) {
    const part = await readFile(join(notes, name), 'utf8')
    // Notes are the agent's own, but what is removed by them has to look like a part all the same.
    if (/\/\.[^/]*\.[a-f0-9]{12}\.part$/.test(part)) await removeLeft(dirname(part), basename(part))
    await rm(join(notes, name), { force: true })
  }
}

async function openTarget(path: string, name: string, rules: HostRules): Promise<HostPath> {
  const missing = () => appError('output-folder-missing', { path, folder: dirname(path) })
  if (name === '' || name === '.' || name === '..' || path.endsWith('/')) throw missing()
  const target = await openOnHost(dirname(path), rules.untrusted, missing)
  if (target.stats.isDirectory()) return target
  await target.close()
  throw missing()
}

async function checkOld({ handle }: HostPath, name: string, { path, kind, replace }: OutputRequest): Promise<void> {
  const at = `/proc/self/fd/${handle.fd}/${name}`
  const old: Stats | null = await lstat(at).catch(() => null)
  if (old === null) return
  if (!replace) throw appError('output-exists', { path })
  const layout =
    kind === 'folder' && old.isDirectory() && (await stat(join(at, 'oci-layout')).catch(() => null)) !== null
  if (layout || (kind === 'file' && old.isFile())) return
  throw appError('output-not-replaceable', { path, kind: kind === 'file' ? 'file' : 'layout' })
}

async function requireRoom({ handle }: HostPath, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(`/proc/self/fd/${handle.fd}`)
  if (bavail * bsize >= needed) return
  const [wanted, free] = [needed, bavail * bsize].map((bytes) => Math.ceil(bytes / 1e6))
  throw appError('output-no-room', { wanted: wanted ?? 0, free: free ?? 0 })
}

function orMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
