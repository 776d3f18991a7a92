import { open } from 'node:fs/promises'
import type { Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { findProgram } from '../../process/find-program.ts'
import { installRemedy } from '../../base/process/packages.ts'
import type { Run } from '../../base/process/run.ts'

interface Program {
  readonly name: string
  /** Makes it tell its version. */
  readonly args: readonly string[]
  /** What is not possible without it. */
  readonly purpose: string
  /** Without it no sandbox starts at all. */
  readonly essential: boolean
}

/** What Joey drives, besides the container runtimes. */
const programs: readonly Program[] = [
  { name: 'conmon', args: ['--version'], purpose: 'Sandboxes outlive the agent by it.', essential: true },
  { name: 'skopeo', args: ['--version'], purpose: 'Images are fetched and imported with it.', essential: false },
  { name: 'umoci', args: ['--version'], purpose: 'Images are unpacked with it.', essential: false },
  { name: 'bwrap', args: ['--version'], purpose: 'Image tools are confined with it.', essential: false },
  {
    name: 'getfattr',
    args: ['--version'],
    purpose: 'Files are browsed, compared and exported with it.',
    essential: false,
  },
  { name: 'xz', args: ['--version'], purpose: 'Archives of images are unpacked with it.', essential: false },
  // Knows no option for its version, and tells it when it is used wrongly.
  {
    name: 'mkfs.erofs',
    args: ['-d3', '/dev/null', '/nonexistent'],
    purpose: 'Images are stored with it.',
    essential: true,
  },
  { name: 'busybox', args: ['--help'], purpose: 'The built-in image is made from it.', essential: true },
  { name: 'ip', args: ['-V'], purpose: 'Sandboxes get their network by it.', essential: false },
  {
    name: 'nft',
    args: ['--version'],
    purpose: 'Sandboxes are kept from the host and each other by it.',
    essential: false,
  },
  { name: 'socat', args: ['-V'], purpose: 'Standard input of sandboxes is kept open by it.', essential: false },
]

interface Deps {
  readonly run: Run
  readonly find?: (program: string) => string | null
}

/** One finding for each program: its version, or the command that installs it. */
export function examinePrograms({ run, find = findProgram }: Deps): Promise<readonly Finding[]> {
  return Promise.all(programs.map((program) => examineProgram(run, program, find(program.name))))
}

async function examineProgram(run: Run, program: Program, path: string | null): Promise<Finding> {
  const id = `program-${program.name.replace('.', '-')}`
  if (path === null) {
    return { ...missing(program), id, title: `${program.name} is missing` }
  }
  const version = await readVersion(run, path, program.args)
  if (version === null) return { ...missing(program), id, title: `${program.name} does not work` }
  if (program.name === 'busybox' && !(await isStatic(path))) {
    const detail = 'The built-in image needs one that brings its libraries along.'
    return { ...missing(program), id, title: 'busybox is not the static one', detail }
  }
  return { id, level: 'ok', title: `${program.name} ${version}`, detail: null, remedy: null }
}

function missing({ name, essential, purpose }: Program): Pick<Finding, 'level' | 'detail' | 'remedy'> {
  return { level: essential ? 'problem' : 'warning', detail: purpose, remedy: installRemedy(name) ?? null }
}

/** The first thing that looks like a version; null where the program does not run. */
async function readVersion(run: Run, path: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(path, args, { timeoutMs: 5_000, okExitCodes: [0, 1] })
    return /\bv?(\d+\.\d+[\w.+-]*)/.exec(`${stdout}\n${stderr}`)?.[1] ?? 'of unknown version'
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

const interpreterHeader = 3

/** Whether an ELF program needs no loader, and so runs alone in an empty tree. */
export async function isStatic(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(4096)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return (
      bytesRead > 64 && head.readUInt32BE(0) === 0x7f454c46 && !programHeaderTypes(head).includes(interpreterHeader)
    )
  } finally {
    await file.close()
  }
}

/** Types of the program headers of a little-endian 64-bit ELF file. */
function programHeaderTypes(head: Buffer): number[] {
  const offset = Number(head.readBigUInt64LE(32))
  const size = head.readUInt16LE(54)
  const count = head.readUInt16LE(56)
  return Array.from({ length: count }, (_, index) => offset + index * size)
    .filter((position) => position + 4 <= head.length)
    .map((position) => head.readUInt32LE(position))
}
