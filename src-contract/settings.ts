import * as z from 'zod'
import { operation } from './operation.ts'
import { IsolationClass, Limits } from './sandbox.ts'

/** A file by its whole path; without zero bytes and line ends, as it is shown in sentences. */
const KernelPath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0\n\r]+$/)

/** What the person has chosen for all sandboxes. */
export const Settings = z.strictObject({
  /** The class of a sandbox for which none is given. */
  defaultClass: IsolationClass.default('container'),
  /** Check a sandbox from inside after each change of class, grants or network. */
  selfTestAfterChange: z.boolean().default(false),
  /** Hours between checks of every running sandbox; null: only on demand. */
  selfTestEveryHours: z.int().min(1).max(720).nullable().default(null),
  /**
   * Change the code of a running gVisor, so that it drops network connections to elsewhere when its memory is saved. What
   * goes wrong with that ends the sandbox, or leaves its boundary to the host other than its makers have made it.
   */
  patchGvisorToSave: z.boolean().default(false),
  /**
   * Memory that a new container or gVisor sandbox gets for which none is given, in percent of this machine's; null: no limit.
   * A micro-VM has that of its machine.
   */
  defaultMemoryPercent: z.int().min(1).max(100).nullable().default(50),
  /** What a new container or gVisor sandbox can write to its disk for which none is given; null: no limit. */
  defaultDiskBytes: Limits.shape.diskBytes,
  /** What all sandboxes together may use of this machine's memory, in percent; null: no ceiling. */
  totalMemoryPercent: z.int().min(10).max(100).nullable().default(80),
  /** A kernel for micro-VMs in place of Joey's own, from the agent's next start on; null: Joey's own. */
  microvmKernel: KernelPath.nullable().default(null),
})
export type Settings = z.infer<typeof Settings>

export const readSettings = operation({
  name: 'settings.read',
  method: 'GET',
  path: '/v1/settings',
  summary: 'Reads the settings.',
  request: z.strictObject({}),
  response: Settings,
})

export const updateSettings = operation({
  name: 'settings.update',
  method: 'PATCH',
  path: '/v1/settings',
  summary: 'Changes the settings that are named.',
  request: z.strictObject({
    defaultClass: IsolationClass.optional(),
    selfTestAfterChange: z.boolean().optional(),
    selfTestEveryHours: z.int().min(1).max(720).nullable().optional(),
    patchGvisorToSave: z.boolean().optional(),
    defaultMemoryPercent: z.int().min(1).max(100).nullable().optional(),
    defaultDiskBytes: Limits.shape.diskBytes.unwrap().optional(),
    totalMemoryPercent: z.int().min(10).max(100).nullable().optional(),
    microvmKernel: KernelPath.nullable().optional(),
  }),
  response: Settings,
})
