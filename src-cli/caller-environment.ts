/** What the launcher (`joey`) puts before the names of variables that Node itself would read. */
const keptAside = 'JOEY_CALLER_'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The variables as the caller has them. Those that Node would have read, `NODE_OPTIONS` among them, were kept aside by the
 * launcher; they are wanted again for `-e NAME`, which hands the caller's value on to a sandbox.
 */
export function callerEnvironment(own: Variables): Variables {
  const restored: Record<string, string | undefined> = {}
  const plain: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(own)) {
    if (name.startsWith(keptAside)) restored[name.slice(keptAside.length)] = value
    else plain[name] = value
  }
  // What is set under its own name was not kept aside, so nothing is hidden by a name made up by the caller.
  return { ...restored, ...plain }
}
