import { type AppError, appError } from '#contract/app-error'
import type { ClassLimitation, ClassProblem } from '#contract/classes'
import { formatGrant } from '#contract/grant-text'
import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import { saidOf, sentence, type Wording } from '#contract/sentence'
import { objectionInClass } from '../grant-policy.ts'
import { mountsOf } from '../held-mounts.ts'

/** A class as this host has it, as far as problems with a wish depend on it. */
export interface ClassFacts {
  readonly class: IsolationClass
  readonly available: boolean
  readonly explanation: string
  readonly explanationWording?: Wording | undefined
  readonly emulated: string | null
  readonly emulatedWording?: Wording | undefined
  readonly limitations: readonly ClassLimitation[]
}

/** A guest kernel with its own processes does not fit into less. */
export const smallestMachine = 64 * 2 ** 20

/** What stands against a wish in a class: what blocks first. Pure, so that every wish is a line of a table. */
export function findProblems(facts: ClassFacts, spec: SandboxSpec): ClassProblem[] {
  const found = [
    ...availability(facts),
    ...limits(facts, spec),
    ...grants(facts, spec),
    ...facts.limitations.map((each) => weigh(each, spec)),
  ]
  const order = ['blocks', 'loses', 'note']
  return found.sort((one, other) => order.indexOf(one.level) - order.indexOf(other.level))
}

function availability(facts: ClassFacts): ClassProblem[] {
  const { class: name, available, emulated, emulatedWording: wording } = facts
  const found: ClassProblem[] = []
  if (!available) {
    const explanation = saidOf(facts.explanation, facts.explanationWording)
    found.push(blocking(appError('class-not-available', { class: name, explanation })))
  }
  if (emulated !== null) {
    found.push({ level: 'note', reason: 'emulated', message: emulated, ...(wording && { wording }) })
  }
  return found
}

/** What would be refused, reported beforehand with the same reason. */
export function blocking({ wire: { reason, message, params } }: AppError): ClassProblem {
  return { level: 'blocks', reason, message, ...(params && { params }) }
}

function limits({ class: name }: ClassFacts, { limits: { memoryBytes } }: SandboxSpec): ClassProblem[] {
  if (name !== 'microvm' || memoryBytes === null || memoryBytes >= smallestMachine) return []
  return [{ level: 'blocks', ...sentence('memory-too-small') }]
}

function grants({ class: name }: ClassFacts, spec: SandboxSpec): ClassProblem[] {
  return spec.grants.flatMap((grant) => {
    const objection = objectionInClass(grant, name)
    if (objection === null) return []
    return [blocking(appError('grant-not-in-class', { grant: formatGrant(grant), class: name, why: objection }))]
  })
}

/** The same limitation blocks who needs the thing, and is good to know for the others. */
function weigh({ feature, reason: message, wording }: ClassLimitation, spec: SandboxSpec): ClassProblem {
  const reason = feature.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return { level: levelOf(feature, spec), reason, message, ...(wording && { wording }) }
}

function levelOf(feature: ClassLimitation['feature'], spec: SandboxSpec): ClassProblem['level'] {
  switch (feature) {
    case 'bindMounts':
      return hasHostFiles(spec) || spec.volumes.length > 0 ? 'loses' : 'note'
    case 'grants':
      return spec.grants.some(({ kind }) => kind !== 'host-path') ? 'loses' : 'note'
    case 'watching':
      return mountsOf(spec).some(({ readOnly }) => readOnly) ? 'loses' : 'note'
    case 'terminals':
      return spec.tty ? 'loses' : 'note'
    case 'ownKernelModules':
      return spec.grants.some((grant) => grant.kind === 'cap' && grant.name === 'SYS_MODULE') ? 'loses' : 'note'
    case 'exec':
    case 'pause':
    case 'liveLimits':
    case 'liveMemoryLimit':
    case 'liveSnapshot':
    case 'diskSnapshot':
      return 'loses'
    case 'terminalNames':
    case 'setIdBits':
    case 'signals':
    case 'outOfMemory':
    case 'unnamedFiles':
    case 'namedPipes':
    case 'nestedMounts':
    case 'hardwareSpeed':
      return 'note'
  }
}

export function hasHostFiles(spec: SandboxSpec): boolean {
  return spec.mounts.length > 0 || spec.grants.some(({ kind }) => kind === 'host-path')
}
