import type { ClassPlan, ClassProblem } from '#contract/classes'
import type { Sandbox } from '#contract/sandbox'
import type { ConversionSize } from './change-disk.ts'
import { type ClassFacts, findProblems } from './problems.ts'

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
const kept = [
  'Its disk: every file with owner, mode, links and attributes',
  'Name, labels and logs',
  'Ports, network and mounts',
  'Limits, grants and settings',
]

/** What a change of class would do. Pure. */
export function planChange(request: PlanRequest): ClassPlan {
  const { sandbox, to } = request
  const restarts = ['running', 'paused', 'stopping', 'starting'].includes(sandbox.state)
  const steps = planSteps(request, restarts)
  const known = steps.flatMap(({ estimateMs }) => (estimateMs === null ? [] : [estimateMs]))
  return {
    from: sandbox.class,
    to: to.class,
    restarts,
    lost: restarts ? losses(sandbox) : [],
    kept,
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
  if (restarts)
    steps.push({ what: `Stop it, within ${Math.ceil(sandbox.spec.stopGraceMs / 1000)} s at most`, estimateMs: null })
  if (conversion !== null)
    steps.push({ what: `Convert its disk (${Math.ceil(conversion.bytes / 2 ** 20)} MiB)`, estimateMs: conversionMs })
  if (restarts)
    steps.push({ what: `Start it in the class "${to.class}", and see whether it holds`, estimateMs: startMs })
  return steps
}

function losses(sandbox: Sandbox): string[] {
  return [
    'Memory: every process in it ends and the main one starts anew',
    'Connections, terminals and commands that are open now',
    ...(sandbox.state === 'paused' ? ['The pause: it runs afterwards'] : []),
  ]
}

function sameClass({ name, class: now }: Sandbox): ClassProblem {
  return {
    level: 'note',
    reason: 'class-same',
    message: `"${name}" is in the class "${now}" already. Nothing would change.`,
  }
}

function spaceProblems({ conversion }: PlanRequest): ClassProblem[] {
  if (conversion === null || conversion.bytes * spareShare < conversion.freeBytes) return []
  const [needed, free] = [conversion.bytes * spareShare, conversion.freeBytes].map((bytes) =>
    Math.ceil(bytes / 2 ** 20),
  )
  const message = `Converting its disk needs ${needed} MiB for a while, and ${free} MiB are free where Joey keeps its state. Free some space first.`
  return [{ level: 'blocks', reason: 'no-space-to-convert', message }]
}
