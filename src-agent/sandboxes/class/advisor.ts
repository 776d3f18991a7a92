import type { ClassAdvice } from '#contract/classes'
import type { ImageConfig } from '#contract/image'
import { IsolationClass, type SandboxSpec } from '#contract/sandbox'
import { type Sentence, sentence, wordingOf } from '#contract/sentence'
import { type ClassFacts, findProblems, hasHostFiles } from './problems.ts'

/** Where an image comes from, as far as its names tell. */
export type ImageOrigin = 'builtIn' | 'imported' | 'registry'

export interface AdviceRequest {
  readonly spec: SandboxSpec
  /** The person's own word on the code; it outweighs the origin. */
  readonly trusted?: boolean | undefined
  readonly origin: ImageOrigin
  readonly image: Pick<ImageConfig, 'user' | 'entrypoint' | 'command'>
  /** Weakest first. */
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
const ladder = IsolationClass.options

interface Wish {
  readonly class: IsolationClass
  readonly because: Sentence
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
  const said = [...because, ...explainDetour(wanted, recommended), ...warnings(request, recommended)]
  return {
    recommended,
    because: said.map(({ message }) => message),
    becauseWordings: said.map(wordingOf),
    classes,
  }
}

function collectWishes(request: AdviceRequest): Wish[] {
  const { spec } = request
  const capabilities = spec.grants.flatMap((grant) => (grant.kind === 'cap' ? [grant.name] : []))
  const strong = capabilities.filter((name) => kernelCapabilities.includes(name))
  const wishes: Wish[] = [originWish(request)]
  if (capabilities.includes('SYS_MODULE')) {
    wishes.push({ class: 'microvm', because: sentence('advice-kernel-modules') })
  }
  if (strong.length > 0) {
    wishes.push({
      class: 'microvm',
      because: sentence('advice-capabilities', { capabilities: strong.join(', ') }),
    })
  }
  if (isForeign(request) && runsAsRoot(request)) {
    wishes.push({ class: 'gvisor', because: sentence('advice-root') })
  }
  return wishes
}

function originWish(request: AdviceRequest): Wish {
  const { origin, trusted } = request
  if (trusted === true) return { class: 'container', because: sentence('advice-trusted') }
  if (trusted === false) return { class: 'gvisor', because: sentence('advice-not-trusted') }
  switch (origin) {
    case 'builtIn':
      return { class: 'container', because: sentence('advice-built-in') }
    case 'imported':
      return { class: 'container', because: sentence('advice-imported') }
    case 'registry':
      return { class: 'gvisor', because: sentence('advice-registry') }
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

/** The wished class, else the next stronger one, else the next weaker one; a container where nothing is offered. */
function nearestOpen(strongest: number, isOpen: (name: IsolationClass) => boolean): IsolationClass {
  const order = [...ladder.slice(strongest), ...ladder.slice(0, strongest).reverse()]
  return order.find(isOpen) ?? 'container'
}

function explainDetour(wanted: IsolationClass, recommended: IsolationClass): Sentence[] {
  if (wanted === recommended) return []
  const strength = ladder.indexOf(recommended) < ladder.indexOf(wanted) ? 'weaker' : 'stronger'
  return [sentence('advice-detour', { wanted, recommended, strength })]
}

/** What no class prevents, and what a class costs. */
function warnings({ spec, classes }: AdviceRequest, recommended: IsolationClass): Sentence[] {
  const said: Sentence[] = []
  if (
    spec.mounts.some(({ readOnly }) => !readOnly) ||
    spec.grants.some((grant) => grant.kind === 'host-path' && grant.access === 'rw')
  ) {
    said.push(sentence('advice-writable-folders'))
  }
  if (hasHostFiles(spec) && recommended !== 'container') said.push(sentence('advice-small-files'))
  if (spec.grants.some(({ kind }) => kind === 'host-network')) said.push(sentence('advice-host-network'))
  const { emulated, emulatedWording } = classes.find(({ class: name }) => name === recommended) ?? {}
  if (emulated) said.push({ reason: 'emulated', ...emulatedWording, message: emulated })
  return said
}
