import { appError } from '#contract/app-error'
import type { SandboxContext } from './context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/** By name, id, or an unambiguous start of an id of 4 digits and more. */
export function findRecord({ records }: Pick<SandboxContext, 'records'>, ref: string): SandboxRecord {
  const exact = records.get(ref) ?? records.findByName(ref)
  if (exact) return exact
  const matches = ref.length >= 4 ? records.all().filter(({ sandbox }) => sandbox.id.startsWith(ref)) : []
  if (matches.length === 1 && matches[0]) return matches[0]
  if (matches.length > 1) {
    throw appError(
      'invalidRequest',
      'sandbox-ambiguous',
      `"${ref}" fits ${matches.length} sandboxes. Use more of the id, or the name.`,
    )
  }
  throw appError('notFound', 'sandbox-not-found', `There is no sandbox "${ref}". "joey ls -a" shows them all.`, {
    params: { ref },
  })
}

export function requireFreeName({ records }: Pick<SandboxContext, 'records'>, name: string): void {
  if (!records.findByName(name)) return
  throw appError('conflict', 'sandbox-name-taken', `There is a sandbox named "${name}" already. Choose another name.`, {
    params: { name },
  })
}
