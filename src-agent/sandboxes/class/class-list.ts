import type { ClassOffer } from '#contract/agent'
import type { ClassProfile } from '#contract/classes'
import { IsolationClass, type Sandbox } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import { explain } from '../../engines/class-sentences.ts'
import { ability, type Driver } from '../../engines/driver.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import type { Measurements } from './measurements.ts'
import { readAnonymousBytes } from './process-memory.ts'

export interface ClassListDeps {
  readonly drivers: ReadonlyMap<IsolationClass, Driver>
  readonly offers: () => Promise<readonly ClassOffer[]>
  /** Why micro-VMs are emulated here; null where hardware runs them, or none run. */
  readonly emulated: () => Promise<Pick<ClassProfile, 'emulated' | 'emulatedWording'>>
  readonly measurements: Measurements
  readonly records: () => readonly { readonly sandbox: Sandbox; readonly monitorPid: number | null }[]
  readonly paths: (id: string) => SandboxPaths
}

/** The isolation classes of this host. */
export interface ClassList {
  profiles(): Promise<ClassProfile[]>
}

export function createClassList(deps: ClassListDeps): ClassList {
  return {
    async profiles() {
      const [offers, emulated] = await Promise.all([deps.offers(), deps.emulated(), measureOverheads(deps)])
      return IsolationClass.options.map((name) => {
        const offer = offers.find((each) => each.class === name)
        const driver = deps.drivers.get(name)
        return {
          class: name,
          available: driver !== undefined && (offer?.available ?? true),
          engine: driver?.name ?? null,
          ...explanationOf(offer),
          ...(name === 'microvm' && driver ? emulated : { emulated: null }),
          estimate: estimate(deps.measurements, name),
          limitations: [...(driver?.limitations ?? [])],
        }
      })
    },
  }
}

/** Why micro-VMs are emulated here, as their offer says it. */
export function emulationOf(offer: ClassOffer | undefined): Pick<ClassProfile, 'emulated' | 'emulatedWording'> {
  const { emulated = null, emulatedWording } = offer ?? {}
  return { emulated, ...(emulatedWording && { emulatedWording }) }
}

function explanationOf(offer: ClassOffer | undefined): Pick<ClassProfile, 'explanation' | 'explanationWording'> {
  if (offer === undefined) return explain(sentence('class-without-engine'))
  const { explanation, explanationWording } = offer
  return { explanation, ...(explanationWording && { explanationWording }) }
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
  // An engine inside the guest's own account that cannot be distinguished from it now would make the sum too small.
  if (monitor === null || engine === null) return
  deps.measurements.note('overheadBytes', driver.class, monitor + (engine ?? 0))
}
