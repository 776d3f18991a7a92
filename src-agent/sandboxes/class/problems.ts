import type { ClassLimitation, ClassProblem } from '#contract/classes'
import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import { objectionInClass } from '../grant-policy.ts'

/** A class as this host has it, as far as problems with a wish depend on it. */
export interface ClassFacts {
  readonly class: IsolationClass
  readonly available: boolean
  readonly explanation: string
  readonly emulated: string | null
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

function availability({ class: name, available, explanation, emulated }: ClassFacts): ClassProblem[] {
  const found: ClassProblem[] = []
  if (!available) {
    const message = `This machine does not offer the class "${name}" now: ${explanation}`
    found.push({ level: 'blocks', reason: 'class-not-available', message })
  }
  if (emulated !== null) found.push({ level: 'note', reason: 'emulated', message: emulated })
  return found
}

function limits({ class: name }: ClassFacts, { limits: { memoryBytes } }: SandboxSpec): ClassProblem[] {
  if (name !== 'microvm' || memoryBytes === null || memoryBytes >= smallestMachine) return []
  const message =
    'A micro-VM has a kernel of its own and needs at least 64 MiB of memory. Raise the limit, or choose another class.'
  return [{ level: 'blocks', reason: 'memory-too-small', message }]
}

function grants({ class: name }: ClassFacts, spec: SandboxSpec): ClassProblem[] {
  return spec.grants.flatMap((grant) => {
    const objection = objectionInClass(grant, name)
    if (objection === null) return []
    return [
      { level: 'blocks' as const, reason: 'grant-not-in-class', message: `A grant cannot go along: ${objection}` },
    ]
  })
}

/** The same limitation blocks who needs the thing, and is good to know for the others. */
function weigh({ feature, reason }: ClassLimitation, spec: SandboxSpec): ClassProblem {
  const level = levelOf(feature, spec)
  return { level, reason: feature.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), message: reason }
}

function levelOf(feature: ClassLimitation['feature'], spec: SandboxSpec): ClassProblem['level'] {
  switch (feature) {
    case 'bindMounts':
      return hasHostFiles(spec) ? 'loses' : 'note'
    case 'grants':
      return spec.grants.some(({ kind }) => kind !== 'host-path') ? 'loses' : 'note'
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
    case 'nestedMounts':
    case 'hardwareSpeed':
      return 'note'
  }
}

export function hasHostFiles(spec: SandboxSpec): boolean {
  return spec.mounts.length > 0 || spec.grants.some(({ kind }) => kind === 'host-path')
}
