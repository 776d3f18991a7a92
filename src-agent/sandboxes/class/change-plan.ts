import { appError } from '#contract/app-error'
import type { ClassPlan, ClassProblem } from '#contract/classes'
import type { Sandbox } from '#contract/sandbox'
import { type Sentence, sentence, wordingOf } from '#contract/sentence'
import type { ConversionSize } from './change-disk.ts'
import { blocking, type ClassFacts, findProblems } from './problems.ts'

export interface PlanRequest {
  readonly sandbox: Sandbox
  readonly to: ClassFacts
  /** Null: the disk stays as it is. */
  readonly conversion: ConversionSize | null
  readonly conversionMs: number | null
  readonly startMs: number | null
}

/** Beside the old disk, which stays until the new class has come up. */
const spareShare = 1.1
const kept = [sentence('kept-disk'), sentence('kept-name'), sentence('kept-network'), sentence('kept-settings')]

/** What a change of class would do. Pure. */
export function planChange(request: PlanRequest): ClassPlan {
  const { sandbox, to } = request
  const restarts = ['running', 'paused', 'stopping', 'starting'].includes(sandbox.state)
  const steps = planSteps(request, restarts)
  const lost = restarts ? losses(sandbox) : []
  const known = steps.flatMap(({ estimateMs }) => (estimateMs === null ? [] : [estimateMs]))
  return {
    from: sandbox.class,
    to: to.class,
    restarts,
    lost: lost.map(({ message }) => message),
    lostWordings: lost.map(wordingOf),
    kept: kept.map(({ message }) => message),
    keptWordings: kept.map(wordingOf),
    steps,
    estimateMs: known.length === steps.length ? known.reduce((sum, ms) => sum + ms, 0) : null,
    problems:
      to.class === sandbox.class
        ? [sameClass(sandbox)]
        : [...spaceProblems(request), ...findProblems(to, { ...sandbox.spec, class: to.class })],
  }
}

function planSteps(
  { sandbox, to, conversion, conversionMs, startMs }: PlanRequest,
  restarts: boolean,
): ClassPlan['steps'] {
  const steps: ClassPlan['steps'] = []
  // How long a main process takes to leave is its own affair.
  if (restarts) steps.push(step(sentence('step-stop', { seconds: Math.ceil(sandbox.spec.stopGraceMs / 1000) }), null))
  if (conversion !== null)
    steps.push(step(sentence('step-convert', { mebibytes: Math.ceil(conversion.bytes / 2 ** 20) }), conversionMs))
  if (restarts) steps.push(step(sentence('step-start', { class: to.class }), startMs))
  return steps
}

function step(said: Sentence, estimateMs: number | null): ClassPlan['steps'][number] {
  return { what: said.message, wording: wordingOf(said), estimateMs }
}

function losses(sandbox: Sandbox): Sentence[] {
  return [
    sentence('lost-memory'),
    sentence('lost-connections'),
    ...(sandbox.state === 'paused' ? [sentence('lost-pause')] : []),
    ...(sandbox.class === 'gvisor' ? [sentence('lost-named-pipes')] : []),
  ]
}

function sameClass({ name, class: now }: Sandbox): ClassProblem {
  return { level: 'note', ...sentence('class-same', { name, class: now }) }
}

function spaceProblems({ conversion }: PlanRequest): ClassProblem[] {
  if (conversion === null || conversion.bytes * spareShare < conversion.freeBytes) return []
  const [needed, free] = [conversion.bytes * spareShare, conversion.freeBytes].map((bytes) =>
    Math.ceil(bytes / 2 ** 20),
  )
  return [blocking(appError('no-space-to-convert', { needed: needed ?? 0, free: free ?? 0 }))]
}
