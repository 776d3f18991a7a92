import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { SandboxId } from '#contract/sandbox'
import { ulimitNames } from '#contract/words'

const MachineRecord = z.strictObject({
  /** The sandbox's folders: most methods of a driver get an id and nothing else. */
  run: z.string(),
  folder: z.string(),
  /** Of QEMU. */
  pid: z.int().positive(),
  monitorPid: z.int().positive(),
  memoryMebibytes: z.int().positive(),
  cpus: z.int().positive(),
  /** Absent in records of agents that did not save states. */
  network: z.boolean().optional(),
  /** What was granted when it was begun, as the guest knows it; absent in records of earlier agents. */
  grants: z.array(z.string()).optional(),
  stdin: z.boolean(),
  tty: z.boolean(),
  process: z.strictObject({
    argv: z.array(z.string()),
    env: z.array(z.string()),
    cwd: z.string(),
    uid: z.int(),
    gid: z.int(),
    additionalGids: z.array(z.int()),
    ulimits: z
      .array(z.strictObject({ name: z.enum(ulimitNames), soft: z.int().nullable(), hard: z.int().nullable() }))
      .optional(),
    tty: z.boolean(),
    columns: z.int().optional(),
    rows: z.int().optional(),
  }),
})
export type MachineRecord = z.infer<typeof MachineRecord>

/** What an agent must know of a machine that another one has started. */
export interface MachineRecords {
  put(id: SandboxId, record: MachineRecord): Promise<void>
  /** Null where there is none. */
  get(id: SandboxId): Promise<MachineRecord | null>
  /** The main process has got its command to run. */
  markStarted(id: SandboxId): Promise<void>
  isStarted(id: SandboxId): Promise<boolean>
  /** It is paused, or will be in a moment, until it gets the command to go on. */
  markHeld(id: SandboxId): Promise<void>
  isHeld(id: SandboxId): Promise<boolean>
  unmarkHeld(id: SandboxId): Promise<void>
  remove(id: SandboxId): Promise<void>
}

/** A folder for each machine, named by the id, so that leftovers are found as those of OCI runtimes are. */
export function createMachineRecords(root: string): MachineRecords {
  const fileOf = (id: SandboxId) => join(root, id, 'machine.json')
  const markOf = (id: SandboxId) => join(root, id, 'started')
  const heldOf = (id: SandboxId) => join(root, id, 'held')
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )
  return {
    async put(id, record) {
      await mkdir(join(root, id), { recursive: true, mode: 0o700 })
      await writeFile(`${fileOf(id)}.new`, JSON.stringify(record), { mode: 0o600 })
      await rename(`${fileOf(id)}.new`, fileOf(id))
    },
    async get(id) {
      try {
        return MachineRecord.parse(JSON.parse(await readFile(fileOf(id), 'utf8')))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    markStarted: (id) => writeFile(markOf(id), '', { mode: 0o600 }),
    isStarted: (id) => exists(markOf(id)),
    markHeld: (id) => writeFile(heldOf(id), '', { mode: 0o600 }),
    isHeld: (id) => exists(heldOf(id)),
    unmarkHeld: (id) => rm(heldOf(id), { force: true }),
    remove: (id) => rm(join(root, id), { recursive: true, force: true }),
  }
}
