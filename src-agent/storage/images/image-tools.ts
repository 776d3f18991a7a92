import { accessSync, constants } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Finding } from '#contract/agent'
import { AppError, appError } from '#contract/app-error'
import { finding } from '#contract/finding'
import { sentence } from '#contract/sentence'
import { type Confine, type Confinement, confine } from '../../base/process/confine.ts'
import type { Run, RunOptions } from '../../base/process/run.ts'
import { programMissing } from '../../base/process/tool-errors.ts'
import { Index } from './oci-schemas.ts'
import { diskFull } from './refusals.ts'

const deadlineMs = 30 * 60_000
/** Where programs are seen inside the confinement. */
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
const programs = ['bwrap', 'skopeo', 'umoci', 'mkfs.erofs']

/** The programs that make an EROFS file of an image, each confined to the staging folder of one import. */
export interface ImageTools {
  readonly confine: Confine
  /** Throws `unavailable` with the remedy where one is missing. */
  check(): void
  /** Copies an image to the OCI layout `layout` under a reference. Gives the digest of its manifest. */
  convert(from: ConvertFrom & { to: string }, signal: AbortSignal): Promise<string>
  /**
   * Applies the layers of a reference, in their order and with their whiteouts, to the new folder `rootfs`. Where there are trees
   * below (the topmost first), it becomes what the layers change of these, in the format of overlayfs.
   */
  unpack(reference: string, below: readonly string[], signal: AbortSignal): Promise<void>
  /** Bytes of the files in `rootfs`, hard links counted once, as `du` counts. */
  measure(signal: AbortSignal): Promise<number>
  /** Makes an EROFS file of `rootfs`, marks of overlayfs included, and gives its path. The same tree and digest give the same bytes. */
  pack(options: PackOptions, signal: AbortSignal): Promise<string>
}

export interface ConvertFrom {
  /** As skopeo writes it; paths as seen in the confinement. */
  readonly reference: string
  /** An open file, seen as `/proc/self/fd/3`. */
  readonly descriptor?: number
}

export interface PackOptions {
  readonly digest: string
  /**
   * In seconds since 1970. Folders that no layer states are as new as the unpacking; they, and nothing else, are newer
   * than this and are set back to it. (`-T` would set every file, and Python would compile every module anew.)
   */
  readonly newest: number
  /** All files become root's: not for images that were imported. */
  readonly allRoot?: boolean
}

export function createImageTools(run: Run, staging: string): ImageTools {
  const tool = (program: string, args: readonly string[], signal: AbortSignal, more: ToolOptions = {}) =>
    runConfined(run, [program, ...args], {
      ...more,
      confinement: { work: staging, ...more.confinement },
      options: { signal, ...more.options },
    })
  return {
    confine,
    check: checkPrograms,
    async convert({ reference, to, descriptor }, signal) {
      // The unpacker reads gzip only: layers of zstd are packed anew, others are taken as they are.
      const form = ['--format', 'oci', '--dest-compress-format', 'gzip']
      const copy = ['--insecure-policy', 'copy', '--quiet', ...form, reference, `oci:/work/layout:${to}`]
      await tool('skopeo', copy, signal, descriptor === undefined ? {} : { options: { stdio: [descriptor] } })
      return digestInLayout(join(staging, 'layout'), to)
    },
    async unpack(reference, below, signal) {
      const owners = process.getuid?.() === 0 ? [] : ['--rootless']
      const target = below.length === 0 ? 'rootfs' : 'union'
      const args = ['raw', 'unpack', ...owners, '--image', `/work/layout:${reference}`, `/work/${target}`]
      const wrap = below.length === 0 ? [] : onOverlay(staging, below)
      await tool('umoci', args, signal, { confinement: { ownsFiles: true }, wrap })
    },
    async measure(signal) {
      const args = ['--summarize', '--apparent-size', '--block-size=1', '/work/rootfs']
      const { stdout } = await tool('du', args, signal, { confinement: { ownsFiles: true } })
      return z.coerce.number().int().nonnegative().parse(stdout.split('\t')[0])
    },
    async pack({ digest, newest, allRoot = false }, signal) {
      const hex = digest.slice('sha256:'.length)
      const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
        '-',
      )
      const args = [
        '--quiet',
        '-zlz4hc',
        ...(allRoot ? ['--all-root'] : []),
        '-U',
        uuid,
        `/work/${hex}.erofs`,
        '/work/rootfs',
      ]
      const environment = { SOURCE_DATE_EPOCH: String(newest) }
      const confinement = { ownsFiles: true, capabilities: readingCapabilities, environment }
      await tool('mkfs.erofs', args, signal, { confinement })
      return join(staging, `${hex}.erofs`)
    },
  }
}

/** Marks of overlayfs are attributes that only who has these can read. */
const readingCapabilities = ['DAC_READ_SEARCH', 'SYS_ADMIN']

/**
 * In a mount namespace of its own, which ends with the unpacking however that ends. The folder of what changes looks like the
 * root below it, since that is what a union shows. Kernels of 6.6 and later would note an id in it that is another each time.
 */
const overlayScript = `
set -e
options=$1 union=$2 upper=$3 below=$4
shift 4
chown --reference="$below" "$upper"
chmod --reference="$below" "$upper"
touch --reference="$below" "$upper"
mount -t overlay -o "$options,uuid=off" joey "$union" 2>/dev/null || mount -t overlay -o "$options" joey "$union"
exec "$@"`

/** What to put before a command, so that it finds the union of the trees below in `union` and its changes go to `rootfs`. */
function onOverlay(staging: string, below: readonly string[]): string[] {
  const [union, upper, work] = ['union', 'rootfs', 'overlay-work'].map((name) => join(staging, name))
  const places = `lowerdir=${below.join(':')},upperdir=${upper},workdir=${work}`
  const script = ['sh', '-c', overlayScript, 'joey-overlay', `${unionOptions},${places}`]
  return ['unshare', '--mount', '--propagation', 'private', ...script, String(union), String(upper), below[0] ?? '']
}

/** As sandboxes mount their overlays: a part is all that it holds, whatever this kernel's defaults are. */
const unionOptions = 'redirect_dir=nofollow,metacopy=off,index=off'

interface ToolOptions {
  readonly confinement?: Confinement
  readonly options?: RunOptions
  /** A command that becomes the confined one. */
  readonly wrap?: readonly string[]
}

async function runConfined(
  run: Run,
  command: readonly string[],
  { confinement = {}, options = {}, wrap = [] }: ToolOptions,
) {
  const [program = '', ...args] = command
  const [confined, all] = confine(program, args, confinement)
  const [first = '', ...rest] = [...wrap, confined, ...all]
  try {
    return await run(first, rest, { timeoutMs: deadlineMs, ...options })
  } catch (error) {
    throw rephrase(error, program)
  }
}

/** The failure of a confined program is reported as its own, the failure to confine it as what it is. */
function rephrase(error: unknown, program: string): unknown {
  if (!(error instanceof AppError)) return error
  const { reason, detail } = error.wire
  if (reason !== 'tool-failed' && reason !== 'tool-timeout') return error
  if (/no space left on device/i.test(detail ?? '')) return diskFull(detail ?? '')
  if (/^bwrap: /m.test(detail ?? '')) {
    return appError('confinement-unavailable', { what: 'image' }, { cause: error, ...(detail && { detail }) })
  }
  const more = { cause: error, ...(detail && { detail }) }
  return reason === 'tool-timeout'
    ? appError('tool-timeout', { program }, more)
    : appError('tool-failed', { what: 'image', program }, more)
}

async function digestInLayout(layout: string, reference: string): Promise<string> {
  const index = Index.parse(JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')))
  const name = 'org.opencontainers.image.ref.name'
  const found = index.manifests.find(({ annotations }) => annotations?.[name] === reference)
  if (!found) throw appError('tool-failed', { what: 'noImage', program: 'skopeo' })
  return found.digest
}

function checkPrograms(): void {
  const missing = programs.find((program) => !isThere(program))
  if (missing !== undefined) throw programMissing(missing)
}

function isThere(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What this host lacks for images; one finding that says so where it lacks nothing. */
export async function probeImageTools(run: Run, signal: AbortSignal): Promise<Finding[]> {
  try {
    checkPrograms()
    await runConfined(run, ['true'], { options: { signal, timeoutMs: 10_000 } })
  } catch (error) {
    if (signal.aborted) throw error
    const { wire } = AppError.from(error)
    return [finding({ id: 'images', level: 'problem', title: wire, detail: wire.detail ?? null, remedy: wire.remedy })]
  }
  return [finding({ id: 'images', level: 'ok', title: sentence('images-possible') })]
}
