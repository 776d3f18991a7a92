import { AppError } from '#contract/app-error'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { matchesFilter, type StateFilter } from '../../model/sandbox-abilities.ts'
import type { AgentState } from '../../store/agent-state.ts'

export type SandboxListModel =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'empty' }
  /** There are sandboxes, none of which the search or filter leaves. */
  | { readonly kind: 'nothingFound' }
  | { readonly kind: 'ready'; readonly sandboxes: readonly Sandbox[]; readonly stale: boolean }

export interface ListQuery {
  readonly search: string
  readonly filter: StateFilter
  readonly class: IsolationClass | 'all'
}

export function toListModel(
  { link, seq, stale, sandboxes }: Pick<AgentState, 'link' | 'seq' | 'stale' | 'sandboxes'>,
  query: ListQuery,
): SandboxListModel {
  if (seq === null)
    return link.state === 'lost' ? { kind: 'error', error: new AppError(link.error) } : { kind: 'loading' }
  if (sandboxes.size === 0) return { kind: 'empty' }
  const found = findSandboxes(sandboxes, query)
  if (found.length === 0) return { kind: 'nothingFound' }
  found.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.name.localeCompare(b.name))
  return { kind: 'ready', sandboxes: found, stale }
}

/** Those that fit, in no order. */
export function findSandboxes(
  sandboxes: AgentState['sandboxes'],
  { search, filter, class: isolationClass }: ListQuery,
): Sandbox[] {
  const wanted = search.trim().toLowerCase()
  return [...sandboxes.values()].filter(
    (sandbox) =>
      matchesFilter(filter, sandbox) &&
      (isolationClass === 'all' || sandbox.class === isolationClass) &&
      (sandbox.name.includes(wanted) || sandbox.id.startsWith(wanted) || sandbox.image.toLowerCase().includes(wanted)),
  )
}
