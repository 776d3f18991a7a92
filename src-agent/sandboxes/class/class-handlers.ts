import type { Image } from '#contract/image'
import type { Sandbox } from '#contract/sandbox'
import { ability } from '../../engines/driver.ts'
import type { SandboxContext } from '../context.ts'
import { findRecord } from '../find-sandbox.ts'
import type { Handlers } from '../../api/bind-operation.ts'
import { adviseOn, type ImageOrigin } from './advisor.ts'
import type { ClassChange } from './class-change.ts'
import type { ClassList } from './class-list.ts'

type ClassHandlers = Pick<
  Handlers,
  'listClasses' | 'measureClasses' | 'adviseClass' | 'planClass' | 'setClass' | 'readBootLog'
>

export interface ClassHandlerDeps {
  readonly context: Pick<SandboxContext, 'records' | 'images' | 'drivers' | 'folder'>
  readonly list: ClassList
  readonly change: ClassChange
  /** Measures all classes, and what fails is told by the first failure. */
  readonly measure: (signal: AbortSignal) => Promise<void>
}

/** The operations about classes; each is a translation. */
export function createClassHandlers({ context, list, change, measure }: ClassHandlerDeps): ClassHandlers {
  return {
    listClasses: () => list.profiles(),
    async measureClasses(_request, signal) {
      await measure(signal)
      return list.profiles()
    },
    async adviseClass({ spec, trusted }) {
      const image = context.images.find(spec.image)
      return adviseOn({
        spec,
        trusted,
        origin: originOf(image, spec.image),
        image: image.config,
        classes: await list.profiles(),
      })
    },
    planClass: ({ ref, class: to }, signal) => change.plan(ref, to, signal),
    setClass: ({ ref, class: to }, signal) => change.set(ref, to, signal),
    async readBootLog({ ref }) {
      const { sandbox } = findRecord(context, ref)
      return bootLogOf(context, sandbox)
    },
  }
}

async function bootLogOf({ drivers, folder }: ClassHandlerDeps['context'], { id, class: of }: Sandbox) {
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
