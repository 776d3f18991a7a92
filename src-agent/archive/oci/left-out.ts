import type { SandboxSpec } from '#contract/sandbox'
import { type Sentence, sentence } from '#contract/sentence'

/** What an export says of volumes, which are not the sandbox's own disk. */
export function describeVolumes({ volumes }: Pick<SandboxSpec, 'volumes'>): Sentence[] {
  if (volumes.length === 0) return []
  const places = volumes.map(({ volume, target, own }) => (own || volume === null ? target : `${target} (${volume})`))
  return [sentence('export-without-volumes', { places: places.join(', ') })]
}
