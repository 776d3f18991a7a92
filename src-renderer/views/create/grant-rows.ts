import { Grant } from '#contract/sandbox'
import { newId } from '../../model/new-id.ts'

/** One grant as typed. `value` is its path, device or capability; kinds without one leave it empty. */
export interface GrantRow {
  readonly key: string
  readonly kind: Grant['kind']
  readonly value: string
  readonly access: 'ro' | 'rw'
}

export const grantKinds = ['host-path', 'cap', 'device', 'host-network', 'no-seccomp', 'new-privileges'] as const

export const newGrantRow = (): GrantRow => ({ key: newId(), kind: 'host-path', value: '', access: 'ro' })

/** Null where it is not right yet. */
export function readGrant({ kind, value, access }: GrantRow): Grant | null {
  const text = value.trim()
  const wish: Record<Grant['kind'], unknown> = {
    'host-path': { kind, path: text, access },
    cap: { kind, name: text.toUpperCase().replace(/^CAP_/, '') },
    device: { kind, path: text },
    'host-network': { kind },
    'no-seccomp': { kind },
    'new-privileges': { kind },
  }
  const parsed = Grant.safeParse(wish[kind])
  return parsed.success ? parsed.data : null
}

/** Which sentence warns of it. */
export function warningOf({ kind, access }: GrantRow): Grant['kind'] | 'host-path-rw' {
  return kind === 'host-path' && access === 'rw' ? 'host-path-rw' : kind
}
