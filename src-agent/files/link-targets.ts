/**
 * Whether a link at `path` (relative to the copied folder) could lead out of it. `..` may stand in front only: behind a name it
 * would count from wherever that name leads, which is another link's business. Where this says false for every link of a
 * copy, no chain of them leaves it.
 */
export function leadsOut(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/')) return true
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const ups = parts.findIndex((part) => part !== '..')
  const leading = ups < 0 ? parts.length : ups
  if (parts.slice(leading).includes('..')) return true
  return leading > path.split('/').length - 1
}
