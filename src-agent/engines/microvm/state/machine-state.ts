import { open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
import type { LaunchPlan } from '../../driver.ts'
import { templateLog } from '../qemu/boot-log.ts'
import type { MachineShape } from '../qemu/machine-shape.ts'

/**
 * What a folder of a saved machine holds: memory and devices as QEMU writes them, what the kernel had said, and a record
 * of all that the machine which goes on from there must have in common with this one. The record comes last.
 */
const names = { memory: 'memory', record: 'machine.json' } as const

const bytes = z.int().min(0)
const MachineState = z.strictObject({
  format: z.literal(1),
  /** See `LiveSaving.stateKey`. */
  key: z.string(),
  shape: z.strictObject({
    memoryMebibytes: z.int().positive(),
    cpus: z.int().positive(),
    disks: z.int().positive(),
    network: z.boolean(),
  }),
  /** Of the file with the memory; one of another size is not whole. */
  memoryBytes: bytes,
  /** Sizes of the files of its disks, in their order: of other ones the guest would read nonsense. */
  diskBytes: z.array(bytes),
  tty: z.boolean(),
  readOnlyRoot: z.boolean(),
  /** Grants, and capabilities given up, that are part of the guest by now. */
  grants: z.array(z.string()),
})
export type MachineState = z.infer<typeof MachineState>

export function memoryFile(folder: string): string {
  return join(folder, names.memory)
}

/** Writes the record of what is in the folder, and has it all on the medium. */
export async function sealState(
  folder: string,
  key: string,
  plan: LaunchPlan,
  { grants, ...shape }: MachineShape & { readonly grants?: string[] | undefined },
): Promise<void> {
  const state: MachineState = {
    format: 1,
    key,
    shape,
    memoryBytes: (await stat(memoryFile(folder))).size,
    diskBytes: await diskSizes(plan),
    ...traitsOf(plan),
    // What was granted or taken back meanwhile has not reached the guest.
    ...(grants && { grants }),
  }
  await syncFile(memoryFile(folder))
  const record = await open(join(folder, names.record), 'wx', 0o600)
  try {
    await record.writeFile(JSON.stringify(state))
    await record.sync()
  } finally {
    await record.close()
  }
  await syncFile(folder)
}

/** Takes away what a save that failed has left. */
export async function clearState(folder: string): Promise<void> {
  const memory = memoryFile(folder)
  const files = [join(folder, names.record), memory, templateLog(memory)]
  await Promise.all(files.map((file) => rm(file, { force: true })))
}

/** Rejects where the state is damaged, or not one from which this plan can go on here. */
export async function readState(folder: string, key: string, plan: LaunchPlan): Promise<MachineState> {
  const state = await parseRecord(join(folder, names.record))
  if (state.key !== key) throw otherEngine()
  const size = await sizeOf(memoryFile(folder))
  if (size !== state.memoryBytes) throw damaged(`${size ?? 'no'} bytes of memory in place of ${state.memoryBytes}`)
  const different = differences(state, plan)
  if (different.length > 0) throw otherMachine(different)
  const disks = await diskSizes(plan)
  if (disks.join() !== state.diskBytes.join()) {
    throw damaged(`disks of ${disks.join(', ')} bytes in place of ${state.diskBytes.join(', ')}`)
  }
  return state
}

async function parseRecord(path: string): Promise<MachineState> {
  try {
    return MachineState.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error))
  }
}

/** What of the saved machine is fixed while it lives, and is other than planned. */
function differences(state: MachineState, plan: LaunchPlan): Sentence[] {
  const { tty, readOnlyRoot, grants } = traitsOf(plan)
  const wanted: readonly (readonly [boolean, Sentence])[] = [
    [plan.lowerFiles.length + 1 === state.shape.disks, sentence('machine-had-other-layers')],
    [plan.netns === null || state.shape.network, sentence('machine-had-no-network')],
    [tty === state.tty, sentence('machine-had-terminal', { had: state.tty ? 'yes' : 'no' })],
    [
      readOnlyRoot === state.readOnlyRoot,
      sentence('machine-had-root', { writable: state.readOnlyRoot ? 'no' : 'yes' }),
    ],
    [grants.join() === state.grants.join(), sentence('machine-had-other-grants')],
    [plan.mounts.length === 0, sentence('machine-had-no-mounts')],
  ]
  return wanted.filter(([isSame]) => !isSame).map(([, said]) => said)
}

function traitsOf(plan: LaunchPlan): Pick<MachineState, 'tty' | 'readOnlyRoot' | 'grants'> {
  return { tty: plan.process.tty, readOnlyRoot: plan.readOnlyRoot, grants: grantsInside(plan) }
}

/** Grants, and capabilities given up, that the guest gets once and keeps. */
export function grantsInside(plan: Pick<LaunchPlan, 'grants' | 'dropped'>): string[] {
  const grants = plan.grants.flatMap((grant) => {
    if (grant.kind === 'cap') return [`cap ${grant.name}`]
    return grant.kind === 'no-seccomp' || grant.kind === 'new-privileges' ? [grant.kind] : []
  })
  const dropped = plan.dropped.map((name) => `without ${name}`)
  return [...new Set([...grants, ...dropped])].sort()
}

async function diskSizes({ lowerFiles, paths }: LaunchPlan): Promise<number[]> {
  const files = lowerFiles.flatMap((disk) => (typeof disk === 'string' ? [disk] : disk.map(({ path }) => path)))
  return Promise.all([...files, paths.disk].map(async (path) => (await sizeOf(path)) ?? 0))
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  )
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

export function damaged(detail: string): Error {
  return appError('state-damaged', { engine: 'microvm' }, { detail })
}

function otherEngine(): Error {
  return appError('state-incompatible')
}

function otherMachine(different: readonly Sentence[]): Error {
  return appError('state-differs', { what: different })
}
