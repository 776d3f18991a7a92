import { lstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { confine } from '../base/process/confine.ts'
import { readFileInRoot } from '../base/kernel/open-in-root.ts'
import { run } from '../base/process/run.ts'
import type { SandboxContext } from './context.ts'
import type { AccountFiles } from './process-plan.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

const maxAccountFile = 1024 * 1024
const readerMs = 5_000
const paths = ['/etc/passwd', '/etc/group'] as const

type Ground = Pick<SandboxContext, 'folder' | 'images' | 'drivers' | 'layers' | 'signal'>

/** Those of the topmost layer that has them: the sandbox's own, those it stands on, the image's. */
export async function readAccounts(
  context: Ground,
  { sandbox, layers }: Pick<SandboxRecord, 'sandbox' | 'layers'>,
): Promise<AccountFiles> {
  const { upper, disk } = context.folder.sandbox(sandbox.id)
  const isImage = context.drivers.get(sandbox.class)?.disk === 'image'
  const found = [await (isImage ? readFromDisk(disk) : readFromFolder(upper))]
  for (const id of layers) {
    if (firstOf(found, 0) !== null && firstOf(found, 1) !== null) break
    found.push(await readFromFolder(await context.layers.ensureTree(id, context.signal)))
  }
  const fromImage = context.images.accounts(sandbox.imageDigest)
  return { passwd: firstOf(found, 0) ?? fromImage.passwd, group: firstOf(found, 1) ?? fromImage.group }
}

type Texts = readonly (string | null)[]

function firstOf(found: readonly Texts[], index: 0 | 1): string | null {
  return found.map((texts) => texts[index] ?? null).find((text) => text !== null) ?? null
}

async function readFromFolder(upper: string): Promise<Texts> {
  // A look by name may be led astray by a link, but it only decides whether the careful way, which is not, is gone at all.
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
