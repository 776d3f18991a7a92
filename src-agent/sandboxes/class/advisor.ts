import type { ClassAdvice } from '#contract/classes'
import type { ImageConfig } from '#contract/image'
import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import { type ClassFacts, findProblems, hasHostFiles } from './problems.ts'

/** Where an image comes from, as far as its names tell. */
export type ImageOrigin = 'builtIn' | 'imported' | 'registry'

export interface AdviceRequest {
  readonly spec: SandboxSpec
  /** The person's own word on the code; it outweighs the origin. */
  readonly trusted?: boolean | undefined
  readonly origin: ImageOrigin
  readonly image: Pick<ImageConfig, 'user' | 'entrypoint' | 'command'>
  /** Weakest wall first. */
  readonly classes: readonly ClassFacts[]
}

/** With any of these, root inside is close to root of the kernel that it runs on. */
const kernelCapabilities = [
  'SYS_ADMIN',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'BPF',
  'PERFMON',
  'NET_ADMIN',
  'DAC_READ_SEARCH',
  'SYS_BOOT',
]
const ladder: readonly IsolationClass[] = ['container', 'gvisor', 'microvm']

interface Wish {
  readonly class: IsolationClass
  readonly because: string
}

/** Which class fits a wish, and why, in sentences. Pure. */
export function adviseOn(request: AdviceRequest): ClassAdvice {
  const classes = request.classes.map((facts) => ({ class: facts.class, problems: findProblems(facts, request.spec) }))
  const isOpen = (name: IsolationClass) =>
    classes.some((each) => each.class === name && !each.problems.some(({ level }) => level === 'blocks'))
  const wishes = collectWishes(request)
  const strongest = wishes.reduce((most, { class: name }) => Math.max(most, ladder.indexOf(name)), 0)
  const wanted = ladder[strongest] ?? 'container'
  const because = wishes.filter(({ class: name }) => name === wanted).map((wish) => wish.because)
  const recommended = nearestOpen(strongest, isOpen)
  return {
    recommended,
    because: [...because, ...explainDetour(wanted, recommended), ...warnings(request, recommended)],
    classes,
  }
}

function collectWishes(request: AdviceRequest): Wish[] {
  const { spec } = request
  const capabilities = spec.grants.flatMap((grant) => (grant.kind === 'cap' ? [grant.name] : []))
  const strong = capabilities.filter((name) => kernelCapabilities.includes(name))
  const wishes: Wish[] = [originWish(request)]
  if (capabilities.includes('SYS_MODULE')) {
    wishes.push({
      class: 'microvm',
      because: "It wants to load kernel modules: in a micro-VM they go into its own kernel, not into this machine's.",
    })
  }
  if (strong.length > 0) {
    const names = strong.join(', ')
    wishes.push({
      class: 'microvm',
      because: `It is granted ${names}: in a micro-VM that is power over its own kernel only.`,
    })
  }
  if (isForeign(request) && runsAsRoot(request)) {
    wishes.push({
      class: 'gvisor',
      because: "Its code runs as root: under gVisor that is root of an application kernel, not of this machine's.",
    })
  }
  return wishes
}

function originWish(request: AdviceRequest): Wish {
  const { origin, trusted } = request
  if (trusted === true)
    return { class: 'container', because: 'You trust this code: a container starts fastest and costs least.' }
  if (trusted === false)
    return { class: 'gvisor', because: "You do not trust this code: gVisor keeps it off this machine's kernel." }
  switch (origin) {
    case 'builtIn':
      return {
        class: 'container',
        because: 'The image is built into Joey: a container starts fastest and costs least.',
      }
    case 'imported':
      return {
        class: 'container',
        because:
          'You imported the image yourself: a container starts fastest and costs least. Say that you do not trust it, and a stronger wall is recommended.',
      }
    case 'registry':
      return { class: 'gvisor', because: "The image is not from you: gVisor keeps it off this machine's kernel." }
  }
}

function isForeign({ origin, trusted }: AdviceRequest): boolean {
  return trusted === undefined ? origin === 'registry' : !trusted
}

/** `0`, `root`, with or without a group; an image that names nobody means root. */
function runsAsRoot({ spec, image }: AdviceRequest): boolean {
  const user = (spec.user ?? image.user).split(':')[0]
  return user === undefined || user === '' || user === '0' || user === 'root'
}

/** The wished wall, else the next stronger one, else the next weaker one; a container where nothing is offered. */
function nearestOpen(strongest: number, isOpen: (name: IsolationClass) => boolean): IsolationClass {
  const order = [...ladder.slice(strongest), ...ladder.slice(0, strongest).reverse()]
  return order.find(isOpen) ?? 'container'
}

function explainDetour(wanted: IsolationClass, recommended: IsolationClass): string[] {
  if (wanted === recommended) return []
  const weaker = ladder.indexOf(recommended) < ladder.indexOf(wanted)
  return [
    `The class "${wanted}" would fit, but does not work for this wish here. "${recommended}" is the next ${weaker ? 'weaker' : 'stronger'} one that does.`,
  ]
}

/** What no wall mends, and what a wall costs. */
function warnings({ spec, classes }: AdviceRequest, recommended: IsolationClass): string[] {
  const said: string[] = []
  if (
    spec.mounts.some(({ readOnly }) => !readOnly) ||
    spec.grants.some((grant) => grant.kind === 'host-path' && grant.access === 'rw')
  ) {
    said.push(
      'Folders of this machine that it may write to are open to it in every class. Mount them read-only where that is enough.',
    )
  }
  if (hasHostFiles(spec) && recommended !== 'container') {
    said.push(
      'Many small files in mounted folders are slower behind this wall. Keep what is built and changed often on its own disk.',
    )
  }
  if (spec.grants.some(({ kind }) => kind === 'host-network')) {
    said.push("With this machine's own network it reaches all that listens on this machine, whatever the class.")
  }
  const emulated = classes.find(({ class: name }) => name === recommended)?.emulated
  if (emulated) said.push(emulated)
  return said
}
