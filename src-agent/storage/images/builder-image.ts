import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { findSystemProgram } from '#contract/client/system-program'
import type { Image, ImageConfig } from '#contract/image'
import type { Run } from '../../base/process/run.ts'
import { programMissing } from '../../base/process/tool-errors.ts'
import type { ImageStore } from './image-store.ts'

/** Part of the digest: raise it when what lies beside the programs changes. */
const recipe = 'joey builder 1'
const programs = ['buildah', 'tar', 'busybox'] as const
/** Under which the image is listed; builds know it by its digest. */
export const builderName = 'joey-builder:latest'
const applets = 'cat cp cut env kill ls mkdir mount mv nsenter rm sh sha256sum sleep true umount unshare wc'.split(' ')
const folders = ['build', 'dev', 'etc/containers', 'proc', 'root', 'run', 'sys', 'tmp', 'usr/bin', 'usr/lib', 'var/tmp']
const rootLinks = { bin: 'usr/bin', sbin: 'usr/bin', lib: 'usr/lib', lib64: 'usr/lib' } as const

/** What a step may do to files within its stage, and no more. */
const capabilities = [
  ...[
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'FSETID',
    'KILL',
    'NET_BIND_SERVICE',
    'SETFCAP',
    'SETGID',
    'SETPCAP',
    'SETUID',
  ],
  'SYS_CHROOT',
]
const files = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
  // Images come from the agent, which has checked them; nothing is asked of a registry from in here.
  'etc/containers/policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}\n',
  'etc/containers/registries.conf': 'unqualified-search-registries = []\n',
  'etc/containers/storage.conf':
    '[storage]\ndriver = "vfs"\nrunroot = "/run/containers"\ngraphroot = "/var/lib/containers"\n',
  'etc/containers/containers.conf': `[containers]\ndefault_capabilities = ${JSON.stringify(capabilities.map((name) => `CAP_${name}`))}\n`,
} as const

const config: ImageConfig = {
  entrypoint: [],
  command: ['sleep', '2147483647'],
  env: ['PATH=/usr/bin', 'HOME=/root', 'TMPDIR=/var/tmp'],
  cwd: '/',
  user: '',
  stopSignal: 'KILL',
  exposedPorts: [],
  volumes: [],
  labels: {},
  healthcheck: null,
}

interface Deps {
  readonly run: Run
  readonly images: Pick<ImageStore, 'ensureTree'>
}

/** The image that builds run in: this machine's buildah with its libraries, and a shell. Made once for each version of them. */
export async function ensureBuilderImage({ run, images }: Deps, signal: AbortSignal): Promise<Image> {
  const found = programs.map((name) => {
    const path = findSystemProgram(name)
    if (path === null) throw programMissing(name)
    return path
  })
  const libraries = new Set<string>()
  for (const path of found) for (const library of await librariesOf(run, path, signal)) libraries.add(library)
  const sources = [...found, ...[...libraries].sort()]
  const digest = await digestOf(sources)
  const accounts = { passwd: files['etc/passwd'], group: files['etc/group'] }
  return images.ensureTree(
    { digest, name: builderName, config, accounts, builtIn: false },
    (rootfs) => fill(rootfs, found, libraries),
    signal,
  )
}

async function fill(rootfs: string, found: readonly string[], libraries: Iterable<string>): Promise<void> {
  for (const folder of folders) await mkdir(join(rootfs, folder), { recursive: true, mode: 0o755 })
  for (const [name, target] of Object.entries(rootLinks)) await symlink(target, join(rootfs, name))
  for (const path of found) await copyFile(path, join(rootfs, 'usr/bin', basename(path)))
  for (const path of libraries) await copyFile(path, join(rootfs, 'usr/lib', basename(path)))
  for (const applet of applets) await symlink('busybox', join(rootfs, 'usr/bin', applet))
  for (const [path, text] of Object.entries(files)) await writeFile(join(rootfs, path), text, { mode: 0o644 })
}

/** By the linker's own account; none of a program that needs none. */
async function librariesOf(run: Run, program: string, signal: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program], { signal, timeoutMs: 10_000, okExitCodes: [0, 1] })
  return [...stdout.matchAll(/(?:=> |^\s*)(\/[^\s]+) \(0x/gm)].map((match) => match[1] ?? '')
}

async function digestOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([recipe, config, files, applets, folders]))
  for (const path of sources) hash.update(`${path}\n`).update(await readFile(path))
  return `sha256:${hash.digest('hex')}`
}
