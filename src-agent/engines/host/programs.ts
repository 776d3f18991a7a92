import { open } from 'node:fs/promises'
import type { Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { finding } from '#contract/finding'
import { type Sentence, type SentenceValues, sentence } from '#contract/sentence'
import { installRemedy } from '../../base/process/packages.ts'
import type { Run } from '../../base/process/run.ts'

interface Program {
  readonly name: string
  /** Makes it print its version. */
  readonly args: readonly string[]
  /** What is not possible without it. */
  readonly purpose: SentenceValues<'program-purpose'>[0]['purpose']
  /** Without it no sandbox starts at all. */
  readonly essential: boolean
}

/** What Joey drives, besides the container runtimes. */
const programs: readonly Program[] = [
  { name: 'conmon', args: ['--version'], purpose: 'outlive', essential: true },
  { name: 'skopeo', args: ['--version'], purpose: 'fetch', essential: false },
  { name: 'umoci', args: ['--version'], purpose: 'unpack', essential: false },
  { name: 'bwrap', args: ['--version'], purpose: 'confine', essential: false },
  { name: 'getfattr', args: ['--version'], purpose: 'attributes', essential: false },
  { name: 'xz', args: ['--version'], purpose: 'archives', essential: false },
  // Knows no option for its version, and prints it when it is used wrongly.
  { name: 'mkfs.erofs', args: ['-d3', '/dev/null', '/nonexistent'], purpose: 'store', essential: true },
  { name: 'busybox', args: ['--help'], purpose: 'built-in', essential: true },
  { name: 'ip', args: ['-V'], purpose: 'network', essential: false },
  { name: 'nft', args: ['--version'], purpose: 'filter', essential: false },
  { name: 'socat', args: ['-V'], purpose: 'input', essential: false },
]

interface Deps {
  readonly run: Run
  readonly find?: (program: string) => string | null
}

/** One finding for each program: its version, or the command that installs it. */
export function examinePrograms({ run, find = findSystemProgram }: Deps): Promise<readonly Finding[]> {
  return Promise.all(programs.map((program) => examineProgram(run, program, find(program.name))))
}

async function examineProgram(run: Run, program: Program, path: string | null): Promise<Finding> {
  const { name } = program
  if (path === null) return lacking(program, sentence('program-lacking', { name }))
  const version = await readVersion(run, path, program.args)
  if (version === null) return lacking(program, sentence('program-broken', { name }))
  if (name === 'busybox' && !(await isStatic(path))) {
    return lacking(program, sentence('busybox-not-static'), sentence('busybox-not-static-detail'))
  }
  return finding({ id: idOf(program), level: 'ok', title: sentence('program-found', { name, version }) })
}

function idOf({ name }: Program): string {
  return `program-${name.replace('.', '-')}`
}

function lacking(program: Program, title: Sentence, detail?: Sentence): Finding {
  const { name, essential, purpose } = program
  return finding({
    id: idOf(program),
    level: essential ? 'problem' : 'warning',
    title,
    detail: detail ?? sentence('program-purpose', { purpose }),
    remedy: installRemedy(name),
  })
}

/** The first thing that looks like a version, empty where there is none; null where the program does not run. */
async function readVersion(run: Run, path: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(path, args, { timeoutMs: 5_000, okExitCodes: [0, 1] })
    return /\bv?(\d+\.\d+[\w.+-]*)/.exec(`${stdout}\n${stderr}`)?.[1] ?? ''
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
