import { lstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { readFileInRoot } from '../base/kernel/open-in-root.ts'
import { confine } from '../base/process/confine.ts'
import { run } from '../base/process/run.ts'
import { ability, type Drivers } from '../engines/driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { Inode } from '../storage/ext4/ext4.ts'
import { readSmall } from '../storage/ext4/extents.ts'
import { openUnsettledDisk } from '../storage/ext4/journal.ts'
import { findTopFolder, isFolder, kindOf, readFolder } from '../storage/ext4/walk.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { AccountFiles } from './process-plan.ts'

export interface AccountFilesDeps {
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly drivers: Drivers
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
}

const maxAccountFile = 1024 * 1024
const readerMs = 5_000
const regularFile = 0o100000
const paths = ['/etc/passwd', '/etc/group'] as const

type AccountsOf = Pick<SandboxRecord, 'sandbox' | 'layers'>

/** Those of the topmost layer that has them: the sandbox's own, those it stands on, the image's. */
export async function readAccounts(deps: AccountFilesDeps, record: AccountsOf): Promise<AccountFiles> {
  const { upper, disk } = deps.folder.sandbox(record.sandbox.id)
  const isImage = deps.drivers.get(record.sandbox.class)?.disk === 'image'
  return joinAccounts(deps, record, await (isImage ? readFromDisk(disk) : readFromFolder(upper)))
}

/**
 * The same of one that runs, with what its guest still keeps back of its disk, which takes it a moment to write. Null
 * where nothing is kept back.
 */
export async function readLiveAccounts(deps: AccountFilesDeps, record: AccountsOf): Promise<AccountFiles | null> {
  const { id, class: own } = record.sandbox
  const driver = deps.drivers.get(own)
  const flushing = driver?.disk === 'image' ? ability(driver, 'flushDisk') : null
  if (!flushing) return null
  const paths = deps.folder.sandbox(id)
  await flushing.flushDisk(id, paths)
  return joinAccounts(deps, record, await readFromLiveDisk(paths.disk))
}

async function joinAccounts(
  deps: AccountFilesDeps,
  { sandbox, layers }: AccountsOf,
  own: Texts,
): Promise<AccountFiles> {
  const found = [own]
  for (const id of layers) {
    if (firstOf(found, 0) !== null && firstOf(found, 1) !== null) break
    found.push(await readFromFolder(await deps.layers.ensureTree(id, deps.signal)))
  }
  const fromImage = deps.images.accounts(sandbox.imageDigest)
  return { passwd: firstOf(found, 0) ?? fromImage.passwd, group: firstOf(found, 1) ?? fromImage.group }
}

type Texts = readonly (string | null)[]

function firstOf(found: readonly Texts[], index: 0 | 1): string | null {
  return found.map((texts) => texts[index] ?? null).find((text) => text !== null) ?? null
}

async function readFromFolder(upper: string): Promise<Texts> {
  // A lookup by name may be led astray by a link, but it only decides whether the careful way, which is not, is gone at all.
  if (paths.every((path) => lstatSync(join(upper, path), { throwIfNoEntry: false }) === undefined)) return []
  const read = (path: string) => readFileInRoot(upper, path, maxAccountFile).catch(() => null)
  return Promise.all(paths.map(async (path) => (await read(path))?.toString('utf8') ?? null))
}

/**
 * The kernel never mounts a file system that a guest has written: a confined tool reads it. It says nothing of a file
 * that is not there, so an empty one counts as none; and what it cannot read, or takes too long over, is not there either.
 */
async function readFromDisk(disk: string): Promise<Texts> {
  const handle = await open(disk).catch(() => null)
  if (handle === null) return []
  try {
    const read = async (path: string) => {
      const command = confine('debugfs', ['-R', `cat /upper${path}`, '/proc/self/fd/3'], {})
      const options = { stdio: [handle.fd], timeoutMs: readerMs, maxOutputBytes: maxAccountFile }
      const text = await run(...command, options).then(
        ({ stdout }) => stdout,
        () => '',
      )
      return text === '' ? null : text
    }
    return await Promise.all(paths.map(read))
  } finally {
    await handle.close()
  }
}

/** With what its journal holds, which the tool passes over. What cannot be read, as of a hostile guest, is not there. */
async function readFromLiveDisk(path: string): Promise<Texts> {
  const handle = await open(path).catch(() => null)
  if (handle === null) return []
  try {
    const disk = await openUnsettledDisk(handle)
    const inFolder = async (parent: Inode | null, name: string): Promise<Inode | null> => {
      if (parent === null || !isFolder(parent)) return null
      const entry = (await readFolder(disk, parent)).find((each) => each.name === name)
      return entry === undefined ? null : disk.inode(entry.number)
    }
    const etc = await inFolder(await findTopFolder(disk, 'upper'), 'etc')
    const read = async (name: string): Promise<string | null> => {
      const inode = await inFolder(etc, name)
      if (inode === null || kindOf(inode) !== regularFile) return null
      return (await readSmall(disk, inode, maxAccountFile)).toString('utf8')
    }
    return [await read('passwd'), await read('group')]
  } catch {
    return []
  } finally {
    await handle.close()
  }
}
