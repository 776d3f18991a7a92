import { basename } from 'node:path'

/** Where a link leads. A link shows something and never does anything: any web page may have made it. */
export type LinkTarget =
  | { readonly kind: 'page'; readonly route: string }
  | { readonly kind: 'sandbox'; readonly ref: string; readonly tab: string | null }

const pages: ReadonlySet<string> = new Set(['sandboxes', 'images', 'volumes', 'isolation', 'host'])
/** The page shows its first tab for a word that is none of them. */
const tabPattern = /^[a-z]{1,20}$/
/** As names and ids of sandboxes are; nothing of a link gets further that is not one. */
const refPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/**
 * What the arguments of the app ask to be shown: `joey://sandbox/NAME`, `joey://sandbox/NAME/TAB`, `joey://images` and the other
 * pages, or a bundle, which is imported on the page of images. Null: nothing that is known.
 */
export function findTarget(args: readonly string[]): LinkTarget | null {
  for (const each of args.slice(1)) {
    const target = targetOf(each)
    if (target !== null) return target
  }
  return null
}

function targetOf(argument: string): LinkTarget | null {
  if (!argument.startsWith('joey:')) {
    const isBundle = !argument.startsWith('-') && /.\.joey$/.test(basename(argument))
    return isBundle ? { kind: 'page', route: '/images' } : null
  }
  const [first = '', ref = '', tab, ...rest] = argument
    .slice('joey:'.length)
    .replace(/^\/\//, '')
    .replace(/\/$/, '')
    .split('/')
  if (rest.length > 0) return null
  if (first === 'sandbox' && refPattern.test(ref))
    return { kind: 'sandbox', ref, tab: tab !== undefined && tabPattern.test(tab) ? tab : null }
  return pages.has(first) && ref === '' ? { kind: 'page', route: `/${first}` } : null
}

interface Deps {
  /** The id of a sandbox by its name or id; rejects where there is none. */
  readonly findSandbox: (ref: string) => Promise<string>
  /** Has the page go there. */
  readonly show: (route: string) => void
  readonly log: (message: string, details: Record<string, unknown>) => void
}

/** Shows what the arguments ask for; of a sandbox that is not there, the list. */
export async function followLink(args: readonly string[], { findSandbox, show, log }: Deps): Promise<void> {
  const target = findTarget(args)
  if (target === null) return
  if (target.kind === 'page') return show(target.route)
  const { ref, tab } = target
  const id = await findSandbox(ref).catch((error: unknown) => {
    log('a link leads nowhere', { ref, reason: String(error) })
    return null
  })
  show(id === null ? '/sandboxes' : `/sandboxes/${id}${tab === null ? '' : `/${tab}`}`)
}
