interface ModuleInfo {
  readonly importedIds: readonly string[]
}
interface Modules {
  getModuleInfo(id: string): ModuleInfo | null
}

/**
 * What an entry always needs, in one file beside it: each further one costs a look-up, a read and a compilation. Not the
 * entry itself, because what it loads later would wait for its end.
 */
export function startGroup(entry: string) {
  let needed: ReadonlySet<string> | null = null
  return {
    debugName: 'start',
    name: (id: string, modules: Modules): string | null => {
      needed ??= neededBy(entry, modules)
      return needed.has(id) ? 'start' : null
    },
  }
}

function neededBy(entry: string, modules: Modules): ReadonlySet<string> {
  const found = new Set<string>([entry])
  for (const id of found) for (const next of modules.getModuleInfo(id)?.importedIds ?? []) found.add(next)
  found.delete(entry)
  return found
}
