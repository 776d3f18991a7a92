import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type AppError, appError } from '#contract/app-error'
import { MalformedElf } from './elf.ts'
import { extractKernel, wrapKernel } from './guest-kernel.ts'
import { buildInitramfs } from './initramfs.ts'

/** What QEMU boots. Files of the same key have the same content. */
export interface GuestAssets {
  readonly kernel: string
  readonly initramfs: string
  /** Changes when the kernel, the init or the probe changes. */
  readonly key: string
}

/** Where the parts come from; null: not there. Given by tests, found otherwise. */
export interface GuestSources {
  readonly kernelLibrary: string | null
  readonly init: string | null
  readonly probe: string | null
}

/** Raise it when the files are built otherwise from the same parts. */
const format = 1
const kernelPackage = '@superradcompany/microsandbox-linux-x64-gnu'

/**
 * Makes kernel.elf and initramfs.cpio in a folder of their own below this one, if they are not there yet. Safe when
 * several do it at once: whoever is last puts the same bytes in place. Rejects with `unavailable` where a part is missing.
 */
export async function ensureGuestAssets(folder: string, sources?: GuestSources): Promise<GuestAssets> {
  const parts = await readParts(sources ?? (await findSources()))
  const key = hash(parts)
  const home = join(folder, key)
  const assets = { kernel: join(home, 'kernel.elf'), initramfs: join(home, 'initramfs.cpio'), key }
  await mkdir(home, { recursive: true, mode: 0o755 })
  if (!(await exists(assets.kernel))) await writeWhole(assets.kernel, buildKernel(parts.library))
  if (!(await exists(assets.initramfs))) await writeWhole(assets.initramfs, buildInitramfs(parts.init, parts.probe))
  return assets
}

interface Parts {
  readonly library: Buffer
  readonly init: Buffer
  readonly probe: Buffer | null
}

async function readParts({ kernelLibrary, init, probe }: GuestSources): Promise<Parts> {
  if (process.arch !== 'x64') throw otherMachine()
  if (kernelLibrary === null) throw kernelMissing()
  if (init === null) throw initMissing()
  return {
    library: await readFile(kernelLibrary),
    init: await readFile(init),
    probe: probe === null ? null : await readFile(probe),
  }
}

function hash({ library, init, probe }: Parts): string {
  const all = createHash('sha256').update(`joey guest ${format}\n`)
  for (const part of [library, init, probe]) {
    all.update(part === null ? 'none' : createHash('sha256').update(part).digest('hex')).update('\n')
  }
  return all.digest('hex').slice(0, 32)
}

function buildKernel(library: Buffer): Buffer {
  try {
    return wrapKernel(extractKernel(library))
  } catch (error) {
    if (error instanceof MalformedElf) throw kernelUnusable(error.message)
    throw error
  }
}

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
  const [kernelLibrary, init, probe] = await Promise.all([
    findKernelLibrary(),
    findResource('guest/x64/joey-init'),
    findResource('probe/x64/joey-probe'),
  ])
  return { kernelLibrary, init, probe }
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

/** The agent runs from its sources and from bundles at another depth, so the folder is looked for upwards. */
async function findResource(name: string): Promise<string | null> {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'resources', name)
    if (await exists(path)) return path
  }
  return null
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function kernelMissing(): AppError {
  return appError(
    'unavailable',
    'guest-kernel-missing',
    'The kernel for micro-VMs is not installed. Install the packages of Joey again, with the optional ones.',
    {
      remedy: { kind: 'runCommand', command: 'npm install --ignore-scripts', why: `Installs ${kernelPackage}.` },
      detail: kernelPackage,
    },
  )
}

function kernelUnusable(detail: string): AppError {
  return appError(
    'unavailable',
    'guest-kernel-unusable',
    'The kernel for micro-VMs is damaged or of an unknown kind. Install the packages of Joey again.',
    {
      remedy: { kind: 'runCommand', command: 'npm install --ignore-scripts', why: `Installs ${kernelPackage}.` },
      detail,
    },
  )
}

function initMissing(): AppError {
  return appError(
    'unavailable',
    'guest-init-missing',
    'The program that starts micro-VMs is missing from this installation. Install Joey again.',
    { detail: 'resources/guest/x64/joey-init' },
  )
}

function otherMachine(): AppError {
  const message = 'Micro-VMs need a machine with an x86-64 processor. Choose another class for the sandbox.'
  return appError('unavailable', 'guest-architecture', message, { detail: process.arch })
}
