import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type AppError, appError } from '#contract/app-error'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
import { findResource } from '../../../base/process/resources.ts'
import { MalformedElf } from './elf.ts'
import { extractKernel, readKernelVersion, wrapKernel } from './guest-kernel.ts'
import { buildInitramfs } from './initramfs.ts'
import { readOwnKernel } from './own-kernel.ts'
import { pinnedKernel } from './pinned-kernel.ts'

/** What QEMU boots. Files of the same key have the same content. */
export interface GuestAssets {
  readonly kernel: string
  readonly initramfs: string
  /** Changes when the kernel, the init or joey-inside changes. */
  readonly key: string
  readonly kernelFacts: KernelFacts
}

/** What is known of the kernel that machines boot. */
export interface KernelFacts {
  /** As `uname -r` says in the guest; null where the kernel does not say it. */
  readonly version: string | null
  readonly sha256: string
  /** The file that the settings name; null: Joey's own kernel. */
  readonly ownPath: string | null
}

/** Where the parts come from; null: not there. Given by tests, found otherwise. */
export interface GuestSources {
  readonly kernelLibrary: string | null
  /** What the kernel in the library must be. */
  readonly kernelSha256: string
  readonly init: string | null
  readonly inside: string | null
}

interface Choice {
  /** A kernel to take in place of Joey's own, as the settings name it. */
  readonly ownKernel?: string | null
  readonly sources?: GuestSources
}

/** Raise it when the files are built otherwise from the same parts. */
const format = 2
const { packageName: kernelPackage } = pinnedKernel

/**
 * Makes kernel.elf and initramfs.cpio in a folder of their own below this one, if they are not there yet. Safe when
 * several do it at once: whoever is last puts the same bytes in place. Rejects with `unavailable` where a part is missing
 * or is not what it must be.
 */
export async function ensureGuestAssets(folder: string, choice: Choice = {}): Promise<GuestAssets> {
  const parts = await readParts(choice.sources ?? (await findSources()), choice.ownKernel ?? null)
  const key = hashParts(parts)
  const home = join(folder, key)
  const { kernelFacts } = parts
  const assets = { kernel: join(home, 'kernel.elf'), initramfs: join(home, 'initramfs.cpio'), key, kernelFacts }
  await mkdir(home, { recursive: true, mode: 0o755 })
  if (!(await exists(assets.kernel))) await writeWhole(assets.kernel, parts.kernel)
  if (!(await exists(assets.initramfs))) await writeWhole(assets.initramfs, buildInitramfs(parts.init, parts.inside))
  return assets
}

interface Parts {
  /** As QEMU boots it. */
  readonly kernel: Buffer
  readonly kernelFacts: KernelFacts
  readonly init: Buffer
  readonly inside: Buffer | null
}

async function readParts(sources: GuestSources, ownKernel: string | null): Promise<Parts> {
  if (process.arch !== 'x64') throw otherMachine()
  if (sources.init === null) throw initMissing()
  const kernel = ownKernel === null ? await readPinned(sources) : await readOwn(ownKernel)
  return {
    ...kernel,
    init: await readFile(sources.init),
    inside: sources.inside === null ? null : await readFile(sources.inside),
  }
}

async function readOwn(path: string): Promise<Pick<Parts, 'kernel' | 'kernelFacts'>> {
  const kernel = await readOwnKernel(path)
  return { kernel, kernelFacts: { version: readKernelVersion(kernel), sha256: sha256(kernel), ownPath: path } }
}

/** Out of the npm package, and nothing but the kernel that Joey was tested with. */
async function readPinned(sources: GuestSources): Promise<Pick<Parts, 'kernel' | 'kernelFacts'>> {
  if (sources.kernelLibrary === null) throw kernelMissing()
  const library = await readFile(sources.kernelLibrary)
  try {
    const image = extractKernel(library)
    const found = sha256(image)
    if (found !== sources.kernelSha256) throw otherKernel(found)
    return {
      kernel: wrapKernel(image),
      kernelFacts: { version: readKernelVersion(image), sha256: found, ownPath: null },
    }
  } catch (error) {
    if (error instanceof MalformedElf) throw kernelUnusable(error.message)
    throw error
  }
}

function hashParts({ kernelFacts, init, inside }: Parts): string {
  const all = createHash('sha256').update(`joey guest ${format}\n`)
  for (const part of [kernelFacts.sha256, sha256(init), inside === null ? 'none' : sha256(inside)])
    all.update(part).update('\n')
  return all.digest('hex').slice(0, 32)
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** The file appears whole and on disk, or not at all. */
async function writeWhole(path: string, content: Buffer): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  try {
    const file = await open(draft, 'wx', 0o644)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function findSources(): Promise<GuestSources> {
  return {
    kernelLibrary: await findKernelLibrary(),
    kernelSha256: pinnedKernel.sha256,
    init: findResource('guest/x64/joey-init'),
    inside: findResource('inside/x64/joey-inside'),
  }
}

async function findKernelLibrary(): Promise<string | null> {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${kernelPackage}/package.json`)
    const folder = join(dirname(manifest), 'lib')
    const names = await readdir(folder)
    const library = names.sort().find((name) => /^libkrunfw\.so\.5(\.|$)/.test(name))
    return library === undefined ? null : join(folder, library)
  } catch {
    return null
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

const install = commandRemedy('npm ci --ignore-scripts', sentence('remedy-installs', { program: kernelPackage }))

function kernelMissing(): AppError {
  return appError('guest-kernel-missing', {}, { remedy: install, detail: kernelPackage })
}

function kernelUnusable(detail: string): AppError {
  return appError('guest-kernel-unusable', {}, { remedy: install, detail })
}

function otherKernel(found: string): AppError {
  const { packageVersion, sha256: wanted } = pinnedKernel
  const detail = `${kernelPackage} ${packageVersion} holds sha256 ${wanted}, the installed one ${found}`
  return appError('guest-kernel-other', {}, { remedy: install, detail })
}

function initMissing(): AppError {
  return appError('guest-init-missing', {}, { detail: 'resources/guest/x64/joey-init' })
}

function otherMachine(): AppError {
  return appError('guest-architecture', {}, { detail: process.arch })
}
