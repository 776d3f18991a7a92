import type { ClassOffer } from '#contract/agent'
import type { ClassProfile } from '#contract/classes'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import type { SandboxPaths } from '../../engines/driver.ts'
import { ability, type Driver } from '../../engines/driver.ts'
import type { Measurements } from './measurements.ts'
import { readAnonymousBytes } from './process-memory.ts'

/** Weakest wall first. */
export const ladder: readonly IsolationClass[] = ['container', 'gvisor', 'microvm']

export interface ClassListDeps {
  readonly drivers: ReadonlyMap<IsolationClass, Driver>
  readonly offers: () => Promise<readonly ClassOffer[]>
  /** Why micro-VMs are emulated here; null where hardware runs them, or none run. */
  readonly emulated: () => Promise<string | null>
  readonly measurements: Measurements
  readonly records: () => readonly { readonly sandbox: Sandbox; readonly monitorPid: number | null }[]
  readonly paths: (id: string) => SandboxPaths
}

/** The positions of the dial on this host. */
export interface ClassList {
  profiles(): Promise<ClassProfile[]>
}

export function createClassList(deps: ClassListDeps): ClassList {
  return {
    async profiles() {
      const [offers, emulated] = await Promise.all([deps.offers(), deps.emulated(), measureOverheads(deps)])
      return ladder.map((name) => {
        const offer = offers.find((each) => each.class === name)
        const driver = deps.drivers.get(name)
        return {
          class: name,
          available: driver !== undefined && (offer?.available ?? true),
          engine: driver?.name ?? null,
          explanation: offer?.explanation ?? 'Nothing on this machine runs it.',
          emulated: name === 'microvm' && driver ? emulated : null,
          estimate: estimate(deps.measurements, name),
          limitations: [...(driver?.limitations ?? [])],
        }
      })
    },
  }
}

/** Nothing is made up: what was not measured here is null. */
function estimate({ median }: Measurements, of: IsolationClass): ClassProfile['estimate'] {
  const startMs = median('startMs', of)
  const memoryOverheadBytes = median('overheadBytes', of)
  const systemCallFactor = median('systemCallFactor', of)
  const measuredHere = [startMs, memoryOverheadBytes, systemCallFactor].some((value) => value !== null)
  return { startMs: round(startMs), memoryOverheadBytes: round(memoryOverheadBytes), systemCallFactor, measuredHere }
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}

/** One running sandbox of each class is looked at: what its engine and its monitor take beside the guest. */
async function measureOverheads(deps: ClassListDeps): Promise<void> {
  await Promise.all(
    [...deps.drivers].map(async ([name, driver]) => {
      const record = deps.records().find(({ sandbox }) => sandbox.class === name && sandbox.state === 'running')
      if (record) await noteOverhead(deps, driver, record)
    }),
  )
}

type Running = ReturnType<ClassListDeps['records']>[number]

/** Measures one running sandbox. */
export async function noteOverhead(
  deps: Pick<ClassListDeps, 'paths' | 'measurements'>,
  driver: Driver,
  { sandbox: { id }, monitorPid }: Running,
): Promise<void> {
  if (monitorPid === null) return
  const monitor = await readAnonymousBytes(monitorPid)
  const engine = await ability(driver, 'engineMemory')
    ?.engineMemory(id, deps.paths(id))
    .catch(() => null)
  // An engine inside the guest's own account that cannot be told from it now would make the sum too small.
  if (monitor === null || engine === null) return
  deps.measurements.note('overheadBytes', driver.class, monitor + (engine ?? 0))
}
