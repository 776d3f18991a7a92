import { lstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { confine } from '../images/confine.ts'
import { readFileInRoot } from '../layers/open-in-root.ts'
import { run } from '../process/run.ts'
import type { SandboxContext } from './context.ts'
import type { AccountFiles } from './process-plan.ts'
import type { SandboxRecord } from './records.ts'

const maxAccountFile = 1024 * 1024
const readerMs = 5_000
const paths = ['/etc/passwd', '/etc/group'] as const

/** The sandbox's own files where its writable layer has them, else the image's. */
export async function readAccounts(
  context: Pick<SandboxContext, 'folder' | 'images' | 'drivers'>,
  { sandbox }: Pick<SandboxRecord, 'sandbox'>,
): Promise<AccountFiles> {
  const { upper, disk } = context.folder.sandbox(sandbox.id)
  const fromImage = context.images.accounts(sandbox.imageDigest)
  const isImage = context.drivers.get(sandbox.class)?.disk === 'image'
  const [passwd, group] = await (isImage ? readFromDisk(disk) : readFromFolder(upper))
  return { passwd: passwd ?? fromImage.passwd, group: group ?? fromImage.group }
}

type Texts = readonly (string | null)[]

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
