import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { deployFunction, FunctionRevision, FunctionSpec, JoeyFunction } from '#contract/function'
import type { SandboxSpec } from '#contract/sandbox'
import { defaultDisk, defaultMemory } from '../sandboxes/default-limits.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import { resolveArgv } from '../sandboxes/process-plan.ts'
import { checkSpec, isRemovedAtItsEnd, isStartedAgain } from '../sandboxes/spec-policy.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SettingsStore } from '../state/settings-store.ts'
import type { ImageStore } from '../storage/images/image-store.ts'

export interface MakeDeps {
  readonly folder: StateFolder
  readonly records: SandboxRecords
  readonly images: ImageStore
  readonly drivers: Parameters<typeof driverOf>[0]['drivers']
  readonly settings: Pick<SettingsStore, 'read'>
  readonly now: () => Date
}

type Wish = z.output<(typeof deployFunction)['request']>['spec']

/** A new revision, checked as a sandbox is: it is never weaker than what its sandbox would be. Changes nothing. */
export async function makeRevision(
  deps: MakeDeps,
  wish: Wish,
  before: JoeyFunction | undefined,
): Promise<FunctionRevision> {
  const sandbox = withLimits(wish.sandbox, deps.settings.read())
  const spec: FunctionSpec = { ...wish, sandbox }
  requireFitting(spec)
  driverOf(deps, sandbox.class)
  const image = deps.images.find(sandbox.image)
  const checked = await checkSpec(sandbox, hostRules(deps))
  resolveArgv(checked, image.config)
  return {
    number: 1 + Math.max(0, ...(before?.revisions ?? []).map(({ number }) => number)),
    spec: { ...spec, sandbox: checked },
    imageDigest: image.digest,
    createdAt: deps.now().toISOString(),
  }
}

function withLimits(wish: Wish['sandbox'], settings: ReturnType<SettingsStore['read']>): SandboxSpec {
  const chosen = wish.class ?? settings.defaultClass
  const { memoryBytes = defaultMemory(chosen, settings), diskBytes = defaultDisk(chosen, settings) } = wish.limits
  return { ...wish, class: chosen, limits: { ...wish.limits, memoryBytes, diskBytes } }
}

function requireFitting({ kind, scale, sandbox }: FunctionSpec): void {
  if (kind === 'http' && sandbox.network === 'none') throw appError('function-needs-network')
  if (scale.min > scale.max || scale.initial > scale.max) throw appError('function-scale-invalid')
  if (sandbox.ports.length > 0) throw appError('function-field-refused', { what: 'ports' })
  if (sandbox.tty || sandbox.stdin) throw appError('function-field-refused', { what: 'tty' })
  if (isStartedAgain(sandbox)) throw appError('function-field-refused', { what: 'restart' })
  if (isRemovedAtItsEnd(sandbox)) throw appError('function-field-refused', { what: 'remove' })
  if (sandbox.grants.some((grant) => grant.kind === 'host-network'))
    throw appError('function-field-refused', { what: 'hostNetwork' })
}
