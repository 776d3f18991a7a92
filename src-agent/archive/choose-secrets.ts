import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { exportTree } from '#contract/archive'
import { type Sentence, saidOf, sentence } from '#contract/sentence'
import type { BundlePlan } from './bundle/bundle-plan.ts'
import { type Place, type ScanResult, scanLayers } from './secrets/scan-layers.ts'

type Choice = Pick<z.output<(typeof exportTree)['request']>, 'withSecrets' | 'drop'>
type OnBytes = (bytes: number) => void

/** Looks through every layer that would leave, and the environment of the sandbox and of its snapshots. */
export function scanPlan(plan: BundlePlan, signal: AbortSignal, onBytes: OnBytes): Promise<ScanResult> {
  const layers = plan.layers.map(
    (layer) =>
      async function* () {
        yield* (await layer.open(signal)).bytes
      },
  )
  const environments = [plan.source.spec, ...plan.snapshots.map(({ snapshot }) => snapshot.spec)].map(({ env }) => env)
  return scanLayers(layers, environments, onBytes)
}

/** What is to be left out; refused where a finding is neither left out nor meant to leave. */
export async function chooseSecrets(
  plan: BundlePlan,
  { withSecrets, drop }: Choice,
  signal: AbortSignal,
  onBytes: OnBytes,
): Promise<Place[]> {
  if (withSecrets && drop.length === 0) return []
  const found = await scanPlan(plan, signal, onBytes)
  if (!withSecrets) refuseLeft(found, new Set(drop))
  const places = drop.map((id) => found.places.get(id))
  if (places.includes(undefined)) {
    throw appError('secret-not-found')
  }
  return places.filter((place) => place !== undefined)
}

function refuseLeft({ findings, truncated }: ScanResult, drop: ReadonlySet<string>): void {
  const left = findings.filter(({ id }) => !drop.has(id))
  if (left.length === 0 && !truncated) return
  const [first] = left
  throw appError('secrets-found', {
    count: truncated ? findings.length : left.length,
    bound: truncated ? 'moreThan' : 'exactly',
    ...(first && {
      title: saidOf(first.title, first.titleWording),
      path: first.path,
      ...(first.line !== null && { line: first.line }),
    }),
  })
}

export function describeDropped(drop: readonly Place[]): Sentence[] {
  const names = [...new Set(drop.flatMap((place) => ('variable' in place ? [place.variable] : [])))]
  return names.length === 0 ? [] : [sentence('export-without-variables', { names: names.join(', ') })]
}
