/**
 * The rooms of the agent from the bottom to the top. A room imports only from rooms in rows below its own; the two in
 * one row do not know each other. `docs/architecture.md` says what each is for, and a test holds the two together.
 */
export const rooms: readonly (readonly string[])[] = [
  ['base'],
  ['state'],
  ['network', 'storage'],
  ['engines'],
  ['io'],
  ['sandboxes'],
  ['observe'],
  ['snapshots'],
  ['files'],
  ['archive'],
  ['build'],
  ['functions'],
  ['api'],
]

/** Above every room: what puts them together, and the program itself. */
const wiring = rooms.length
const program = wiring + 1

/** The room of a file of the agent, or nothing for what lies above the rooms. */
export function roomOf(file: string): string | undefined {
  return /^src-agent\/([^/]+)\//.exec(file)?.[1]
}

/** How high a file of the agent stands; nothing for other files and for folders that are not in the list. */
export function heightOf(file: string): number | undefined {
  const room = roomOf(file)
  if (room !== undefined) {
    const height = rooms.findIndex((row) => row.includes(room))
    return height < 0 ? undefined : height
  }
  if (/^src-agent\/wire-[^/]+$/.test(file)) return wiring
  return /^src-agent\/[^/]+$/.test(file) ? program : undefined
}

/** Whether `file` may not know `imported`, both of the agent. Files of one room may always know each other. */
export function reachesUp(file: string, imported: string): boolean {
  const [own, other] = [heightOf(file), heightOf(imported)]
  if (own === undefined || other === undefined) return false
  if (own >= wiring && other >= wiring) return own < other
  return roomOf(file) !== roomOf(imported) && other >= own
}

/** Imports between folders: for each folder, the folders that its files import from. */
export type FolderGraph = ReadonlyMap<string, ReadonlySet<string>>

/** Groups of folders that import each other in a circle; each with more than one member, sorted. Tarjan's algorithm. */
export function folderCircles(graph: FolderGraph): readonly (readonly string[])[] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []
  const visit = (folder: string): void => {
    order.set(folder, order.size)
    lowest.set(folder, order.get(folder) ?? 0)
    open.push(folder)
    for (const next of graph.get(folder) ?? []) {
      if (!order.has(next)) visit(next)
      if (open.includes(next)) lowest.set(folder, Math.min(lowest.get(folder) ?? 0, lowest.get(next) ?? 0))
    }
    if (lowest.get(folder) !== order.get(folder)) return
    const circle = open.splice(open.indexOf(folder))
    if (circle.length > 1) circles.push(circle.toSorted())
  }
  for (const folder of graph.keys()) if (!order.has(folder)) visit(folder)
  return circles
}
