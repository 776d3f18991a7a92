import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findSystemProgram } from '#contract/client/system-program'
import { type Sentence, sentence } from '#contract/sentence'
import { run } from '../base/process/run.ts'
import type { Drivers } from '../engines/driver.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import { ensureUpper } from '../sandboxes/launch-plan.ts'
import { ensureLowers } from '../sandboxes/layer-references.ts'
import type { Trees } from '../sandboxes/trees.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { createDiskConverter } from '../storage/ext4/ext4-disk.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'

interface Deps {
  readonly folder: StateFolder
  readonly imageMounts: ImageMounts
  readonly layers: LayerStore
  readonly drivers: Drivers
  readonly trees: Trees
}

/** What makes a machine another one than its copy: a file's new content, or null for one that is to be gone. */
interface NewFile {
  readonly path: string
  readonly node: TreeNode
  readonly content: Buffer | null
}

const machineIds = ['etc/machine-id', 'var/lib/dbus/machine-id']
const seeds = ['var/lib/systemd/random-seed', 'var/lib/urandom/random-seed']
const largestSeed = 4096
const hostKey = /^ssh_host_(rsa|dsa|ecdsa|ed25519)_key(\.pub)?$/

/**
 * Gives a sandbox that has never run its own machine id, random seed and SSH host keys, as far as the tree that it stands on
 * has them. They are written into its own, new writable layer, which no guest has ever seen; of the tree below only the kinds of
 * its folders and files are looked at. Gives sentences for what people should know.
 */
export async function giveIdentity(deps: Deps, record: SandboxRecord, signal: AbortSignal): Promise<Sentence[]> {
  const { trees } = deps
  const form = driverOf(deps, record.sandbox.class).disk
  const below = await ensureLowers(deps, record, 'directory', signal)
  const lowers = [...below.trees, ...(await deps.imageMounts.ensure(record.sandbox.imageDigest))]
  const view = await trees.open({ sources: lowers.map((path) => ({ kind: 'folder', path })) })
  try {
    const paths = deps.folder.sandbox(record.sandbox.id)
    const keys = await newHostKeys(view, join(paths.folder, 'keys'), record.sandbox.name)
    const files = [...(await newIds(view)), ...(await newSeeds(view)), ...keys.files]
    if (files.length === 0) return []
    await mkdir(paths.folder, { recursive: true })
    await ensureUpper(paths, lowers[0])
    for (const file of files) await place(view, paths.upper, file)
    if (form === 'image') {
      const bytes = record.sandbox.spec.limits.diskBytes
      await createDiskConverter(run).makeDisk({ disk: paths.disk, from: { upper: paths.upper }, bytes, signal })
      for (const path of [paths.upper, paths.work]) await rm(path, { recursive: true, force: true })
    }
    return keys.messages
  } finally {
    await view.close()
  }
}

/** Regular files in real folders only: where a link leads is the guest's to say. */
async function regular(view: TreeView, path: string): Promise<TreeNode | null> {
  for (const folder of parentsOf(path)) if ((await view.stat(folder))?.kind !== 'folder') return null
  const node = await view.stat(path)
  return node?.kind === 'file' ? node : null
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'))
}

/** The same in all places. An empty one is made at the first boot, and stays so. */
async function newIds(view: TreeView): Promise<NewFile[]> {
  const content = Buffer.from(`${randomBytes(16).toString('hex')}\n`)
  const files: NewFile[] = []
  for (const path of machineIds) {
    const node = await regular(view, path)
    if (node && node.size > 0) files.push({ path, node, content })
  }
  return files
}

async function newSeeds(view: TreeView): Promise<NewFile[]> {
  const files: NewFile[] = []
  for (const path of seeds) {
    const node = await regular(view, path)
    if (node) files.push({ path, node, content: randomBytes(Math.min(Math.max(node.size, 32), largestSeed)) })
  }
  return files
}

/** New ones of the same kinds where this machine can make them; else none, so that nobody answers for the parent. */
async function newHostKeys(
  view: TreeView,
  folder: string,
  name: string,
): Promise<{ files: NewFile[]; messages: Sentence[] }> {
  const entries = (await regularFolder(view, 'etc/ssh')) ? await view.list('etc/ssh') : []
  const keys = entries.filter(({ path, node }) => node.kind === 'file' && hostKey.test(path))
  if (keys.length === 0) return { files: [], messages: [] }
  const kinds = new Set(keys.map(({ path }) => hostKey.exec(path)?.[1] ?? ''))
  const made = await makeKeys(folder, kinds, name)
  const files = keys.map(({ path, node }) => ({ path: `etc/ssh/${path}`, node, content: made.get(path) ?? null }))
  const messages = files.some(({ content }) => content === null)
    ? [sentence('fork-host-keys', { made: 'no' })]
    : [sentence('fork-host-keys', { made: 'yes' })]
  return { files, messages }
}

async function regularFolder(view: TreeView, path: string): Promise<boolean> {
  for (const folder of [...parentsOf(path), path]) if ((await view.stat(folder))?.kind !== 'folder') return false
  return true
}

const keyMs = 20_000

async function makeKeys(folder: string, kinds: Iterable<string>, name: string): Promise<Map<string, Buffer>> {
  const made = new Map<string, Buffer>()
  if (findSystemProgram('ssh-keygen') === null) return made
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    for (const kind of kinds) {
      const base = `ssh_host_${kind}_key`
      const args = ['-q', '-t', kind, '-N', '', '-C', `root@${name}`, '-f', join(folder, base)]
      // A kind that this machine's program no longer makes is left out.
      const isMade = await run('ssh-keygen', args, { timeoutMs: keyMs }).then(
        () => true,
        () => false,
      )
      if (!isMade) continue
      for (const file of [base, `${base}.pub`]) made.set(file, await readFile(join(folder, file)))
    }
    return made
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Into a layer that is ours alone, with the folders on the way as the tree below has them. */
async function place(view: TreeView, upper: string, { path, node, content }: NewFile): Promise<void> {
  for (const folder of parentsOf(path)) {
    const below = await view.stat(folder)
    const isNew = (await mkdir(join(upper, folder), { recursive: true })) !== undefined
    if (isNew && below) await own(join(upper, folder), below)
  }
  const target = join(upper, path)
  if (content === null) {
    // As overlayfs notes a file that is gone.
    await run('mknod', [target, 'c', '0', '0'])
    return
  }
  await writeFile(target, content, { flag: 'wx', mode: 0o600 })
  await own(target, node)
}

async function own(path: string, { uid, gid, mode }: TreeNode): Promise<void> {
  await chown(path, uid, gid)
  await chmod(path, mode)
}
