import type { Image } from '#contract/image'
import type { Sandbox } from '#contract/sandbox'
import { wordingOf } from '#contract/sentence'
import { defineHandlers } from '../../base/handlers.ts'
import { ability, type Drivers } from '../../engines/driver.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import { findRecord } from '../find-sandbox.ts'
import { adviseOn, type ImageOrigin } from './advisor.ts'
import type { ClassChange } from './class-change.ts'
import type { ClassList } from './class-list.ts'

interface Deps {
  readonly folder: StateFolder
  readonly drivers: Drivers
}

export interface ClassHandlerDeps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly drivers: Drivers
  readonly list: ClassList
  readonly change: ClassChange
  /** Measures all classes, and what fails is reported by the first failure. */
  readonly measure: (signal: AbortSignal) => Promise<void>
}

/** The operations about classes; each is a translation. */
export function createClassHandlers(deps: ClassHandlerDeps) {
  return defineHandlers({
    listClasses: () => deps.list.profiles(),
    async measureClasses(_request, signal) {
      await deps.measure(signal)
      return deps.list.profiles()
    },
    async adviseClass({ spec, trusted }) {
      const image = deps.images.find(spec.image)
      return adviseOn({
        spec,
        trusted,
        origin: originOf(image, spec.image),
        image: image.config,
        classes: await deps.list.profiles(),
      })
    },
    planClass: ({ ref, class: to }, signal) => deps.change.plan(ref, to, signal),
    async setClass({ ref, class: to }, signal) {
      const { fellBack, ...outcome } = await deps.change.set(ref, to, signal)
      if (fellBack === null) return { ...outcome, fellBack }
      return { ...outcome, fellBack: fellBack.message, fellBackWording: wordingOf(fellBack) }
    },
    async readBootLog({ ref }) {
      const { sandbox } = findRecord(deps, ref)
      return bootLogOf(deps, sandbox)
    },
  })
}

async function bootLogOf({ drivers, folder }: Deps, { id, class: of }: Sandbox) {
  const driver = drivers.get(of)
  const log = driver ? await ability(driver, 'bootLog')?.bootLog(id, folder.sandbox(id)) : undefined
  return log ? { kernel: log.kernel, text: log.text } : { kernel: null, text: '' }
}

/** A first part with a dot, a colon or `localhost` is a registry, as Docker has it; anything else was imported by hand. */
export function originOf(image: Pick<Image, 'builtIn' | 'names'>, reference: string): ImageOrigin {
  if (image.builtIn) return 'builtIn'
  const names = [reference, ...image.names]
  return names.some((name) => /^(localhost|[^/]*[.:][^/]*)\//.test(name)) ? 'registry' : 'imported'
}
