import { appError } from './app-error.ts'
import { grantForms } from './grant-text.ts'
import { Grant } from './sandbox.ts'

/** Reads what a person wrote. Throws `invalidRequest` with the forms that there are. Does not read anything of the machine. */
export function parseGrant(text: string): Grant {
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  const value = colon < 0 ? null : text.slice(colon + 1)
  const parsed = Grant.safeParse(toGrant(kind, value))
  if (parsed.success) return parsed.data
  throw appError('grant-not-readable', { grant: text, forms: grantForms.join(', ') })
}

function toGrant(kind: string, value: string | null): unknown {
  if (value === null) return { kind }
  switch (kind) {
    case 'host-path': {
      // Only the last part is the access: a path may hold colons itself.
      const [, path, access] = /^(.*?)(?::(ro|rw))?$/s.exec(value) ?? []
      return { kind, path, ...(access === undefined ? {} : { access }) }
    }
    case 'cap':
      return { kind, name: value.toUpperCase().replace(/^CAP_/, '') }
    case 'device':
      return { kind, path: value }
    default:
      return { kind, value }
  }
}
