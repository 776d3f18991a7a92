import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import type { ImageConfig } from '#contract/image'
import { minimalEnvironment } from '../../base/process/environment.ts'
import { installRemedy } from '../../base/process/packages.ts'
import { findResource } from '../../base/process/resources.ts'
import type { Run } from '../../base/process/run.ts'
import type { PartDeps } from './make-parts.ts'
import { packTree } from './pack-tree.ts'
import type { PreparedImage } from './prepare-images.ts'

export const builtInName = 'busybox:latest'

/** Part of the digest: raise it when the tree below changes. */
const recipe = 'joey busybox 2'
const folders = [
  'bin',
  'dev',
  'etc',
  'home',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'tmp',
  'usr/bin',
  'usr/sbin',
  'var/tmp',
]
const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
  'www-data:x:33:33:www-data:/var/www:/bin/false',
  'nobody:x:65534:65534:nobody:/home:/bin/false',
]
const group = ['root:x:0:', 'daemon:x:1:', 'tty:x:5:', 'users:x:100:', 'www-data:x:33:', 'nogroup:x:65534:']
const lines = (entries: readonly string[]): string => `${entries.join('\n')}\n`

const config: ImageConfig = {
  entrypoint: [],
  command: ['sh'],
  env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  cwd: '/',
  user: '',
  stopSignal: null,
  exposedPorts: [],
  volumes: [],
  labels: {},
  healthcheck: null,
}

/** What the built-in image is made of: this machine's busybox, and the names that it answers to. */
export interface BuiltInSource {
  readonly program: string
  readonly applets: readonly string[]
  /** In place of the applet, which needs raw sockets; null where there is none for this processor. */
  readonly ping: string | null
  /** Digest of the content, not of a manifest: there is none. */
  readonly digest: string
}

/** Finds a busybox that needs no libraries. */
export async function findBuiltIn(run: Run, signal: AbortSignal): Promise<BuiltInSource> {
  for (const folder of (minimalEnvironment()['PATH'] ?? '').split(':')) {
    const program = join(folder, 'busybox')
    const content = await readFile(program).catch(() => null)
    if (content === null || !isStatic(content)) continue
    const { stdout } = await run(program, ['--list-full'], { signal, timeoutMs: 10_000 })
    const applets = stdout.split('\n').filter((path) => /^[a-z0-9/]*\/[A-Za-z0-9_[.-]+$/.test(path))
    const ping = findResource(`image/${process.arch}/joey-ping`)
    const hash = createHash('sha256')
      .update(`${recipe}\n${applets.join('\n')}\n`)
      .update(ping === null ? content : withoutApplet(content, 'ping'))
      .update(ping === null ? '' : await readFile(ping))
    return { program, applets, ping, digest: `sha256:${hash.digest('hex')}` }
  }
  const remedy = installRemedy('busybox')
  throw appError('program-missing', { program: 'busybox', what: 'builtInImage' }, { ...(remedy && { remedy }) })
}

/** Builds the image in the staging folder, and keeps it as its one part. */
export async function prepareBuiltIn(
  { tools, staging, parts }: Pick<PartDeps, 'tools' | 'staging' | 'parts'>,
  { program, applets, ping, digest }: BuiltInSource,
  signal: AbortSignal,
): Promise<PreparedImage> {
  tools.check()
  const rootfs = join(staging, 'rootfs')
  for (const folder of folders) await mkdir(join(rootfs, folder), { recursive: true, mode: 0o755 })
  for (const folder of ['tmp', 'var/tmp']) await chmod(join(rootfs, folder), 0o1777)
  await chmod(join(rootfs, 'root'), 0o700)
  const busybox = await readFile(program)
  await addProgram(rootfs, 'bin/busybox', ping === null ? busybox : withoutApplet(busybox, 'ping'))
  for (const applet of applets) {
    if (ping !== null && basename(applet) === 'ping') await addProgram(rootfs, applet, await readFile(ping))
    else await linkApplet(rootfs, applet)
  }
  const accounts = { passwd: lines(passwd), group: lines(group) }
  await writeFile(join(rootfs, 'etc/passwd'), accounts.passwd)
  await writeFile(join(rootfs, 'etc/group'), accounts.group)
  const about = { digest, name: builtInName, config, builtIn: true, accounts }
  return packTree({ tools, staging, parts }, about, signal)
}

async function addProgram(rootfs: string, place: string, content: Buffer): Promise<void> {
  const path = join(rootfs, place)
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  await writeFile(path, content, { mode: 0o755 })
}

/**
 * A busybox that does not know this name of its own. Where its shell is built to prefer what it knows itself to PATH, as
 * Debian's is (FEATURE_SH_STANDALONE), the program that has the name in the image would not be found otherwise. Its sorted table of
 * names stays sorted. As it is where that name is not there exactly once.
 */
export function withoutApplet(busybox: Buffer, name: string): Buffer {
  const entry = Buffer.from(`\0${name}\0`)
  const at = busybox.indexOf(entry)
  if (at < 0 || busybox.indexOf(entry, at + 1) >= 0) return busybox
  const changed = Buffer.from(busybox)
  changed.write('-', at + name.length)
  return changed
}

async function linkApplet(rootfs: string, applet: string): Promise<void> {
  const path = join(rootfs, applet)
  if (applet === 'bin/busybox') return
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  await symlink('/bin/busybox', path)
}

/** Whether an ELF program names no interpreter, thus runs where there are no libraries. */
function isStatic(program: Buffer): boolean {
  if (program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2) return false
  const tableAt = Number(program.readBigUInt64LE(32))
  const [entrySize, entries] = [program.readUInt16LE(54), program.readUInt16LE(56)]
  for (let at = 0; at < entries; at += 1) {
    if (program.readUInt32LE(tableAt + at * entrySize) === 3) return false
  }
  return true
}
