import type { TFunction } from 'i18next'
import { formatMoment } from '../../model/locale.ts'
import type { AgentState } from '../../store/agent-state.ts'

interface Option {
  readonly value: string
  readonly label: string
}

type Known = Pick<AgentState, 'snapshots' | 'sandboxes' | 'images'>

/** Everything that has files, by what belongs together: each sandbox as it is now, then its snapshots, newest first. */
export function treeOptions({ snapshots, sandboxes, images }: Known, t: TFunction): Option[] {
  const newestFirst = [...snapshots.values()].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
  const ofSandbox = [...sandboxes.values()]
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap(({ id, name }): Option[] => [
      { value: `sandbox:${id}`, label: t('compare.optionNow', { name }) },
      ...newestFirst.filter(({ sandboxId }) => sandboxId === id).map(toOption),
    ])
  const ofGone = newestFirst.filter(({ sandboxId }) => !sandboxes.has(sandboxId)).map(toOption)
  const ofImages = [...images.values()].map(
    ({ digest, names }): Option => ({
      value: `image:${digest}`,
      label: t('compare.optionImage', { name: names[0] ?? digest.slice(7, 19) }),
    }),
  )
  return [...ofSandbox, ...ofGone, ...ofImages]

  function toOption({
    id,
    name,
    sandboxName,
    createdAt,
  }: Pick<Snap, 'id' | 'name' | 'sandboxName' | 'createdAt'>): Option {
    const words = { sandbox: sandboxName, name, when: formatMoment(createdAt) }
    return { value: `snapshot:${id}`, label: t('compare.optionSnapshot', words) }
  }
}

type Snap = AgentState['snapshots'] extends ReadonlyMap<string, infer Value> ? Value : never

/** With what was requested, even where it is gone: a list must show what it has chosen. */
export function withChosen(options: readonly Option[], ref: string, t: TFunction): readonly Option[] {
  if (options.some(({ value }) => value === ref)) return options
  return [{ value: ref, label: t('compare.optionGone', { ref }) }, ...options]
}
