interface ModuleInfo {
  readonly importedIds: readonly string[]
}
interface Modules {
  getModuleInfo(id: string): ModuleInfo | null
}

/**
 * What entries always need, in one file: each further one costs a look-up, a read and a compilation. Not an entry itself,
 * because what it loads later would wait for its end. Not `large` either, nor what needs it or is needed by it.
 */
export function neededGroup(name: string, entries: readonly string[], large?: string) {
  let needed: ReadonlySet<string> | null = null
  return {
    debugName: name,
    name: (id: string, modules: Modules): string | null => {
      needed ??= neededBy(entries, modules, large)
      return needed.has(id) ? name : null
    },
  }
}

function neededBy(entries: readonly string[], modules: Modules, large: string | undefined): ReadonlySet<string> {
  const found = reachedFrom(entries, modules)
  for (const entry of entries) found.delete(entry)
  if (large === undefined) return found
  const below = reachedFrom([large], modules)
  return new Set([...found].filter((id) => !below.has(id) && !reachedFrom([id], modules).has(large)))
}

function reachedFrom(entries: readonly string[], modules: Modules): Set<string> {
  const found = new Set<string>(entries)
  for (const id of found) for (const next of modules.getModuleInfo(id)?.importedIds ?? []) found.add(next)
  return found
}
