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
  /** Applies the layers of a reference, in their order and with their whiteouts, to the new folder `rootfs`. */
  unpack(reference: string, signal: AbortSignal): Promise<void>
  /** Bytes of the files in `rootfs`, hard links counted once, as `du` counts. */
  measure(signal: AbortSignal): Promise<number>
  /** Makes an EROFS file of `rootfs` and gives its path. The same tree and digest give the same bytes. */
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
    runConfined(run, [program, ...args], { work: staging, ...more.confinement }, { signal, ...more.options })
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
    async unpack(reference, signal) {
      const owners = process.getuid?.() === 0 ? [] : ['--rootless']
      const args = ['raw', 'unpack', ...owners, '--image', `/work/layout:${reference}`, '/work/rootfs']
      await tool('umoci', args, signal, { confinement: { ownsFiles: true } })
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
      await tool('mkfs.erofs', args, signal, { confinement: { ownsFiles: true, environment } })
      return join(staging, `${hex}.erofs`)
    },
  }
}

interface ToolOptions {
  readonly confinement?: Confinement
  readonly options?: RunOptions
}

async function runConfined(run: Run, command: readonly string[], confinement: Confinement, options: RunOptions) {
  const [program = '', ...args] = command
  try {
    return await run(...confine(program, args, confinement), { timeoutMs: deadlineMs, ...options })
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
    await runConfined(run, ['true'], {}, { signal, timeoutMs: 10_000 })
  } catch (error) {
    if (signal.aborted) throw error
    const { wire } = AppError.from(error)
    return [finding({ id: 'images', level: 'problem', title: wire, detail: wire.detail ?? null, remedy: wire.remedy })]
  }
  return [finding({ id: 'images', level: 'ok', title: sentence('images-possible') })]
}
