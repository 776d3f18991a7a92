import type { PackageChange } from '#contract/compare'
import { listOf, type Wording } from '#contract/sentence'
import type { FoundPackages } from './read-packages.ts'

/** Packages that one has and the other has not, or in another version; by manager and name. */
export function comparePackageLists(
  before: FoundPackages,
  after: FoundPackages,
): { readonly changes: PackageChange[]; readonly notes: string[]; readonly notesWordings: Wording[] } {
  const [one, other] = [groupVersions(before), groupVersions(after)]
  const changes: PackageChange[] = []
  for (const key of [...new Set([...one.keys(), ...other.keys()])].sort()) {
    const [manager = '', name = ''] = key.split('\0')
    const [old = null, now = null] = [one.get(key), other.get(key)]
    if (old !== now) changes.push({ manager, name, before: old, after: now })
  }
  const notes = new Map([...before.notes, ...after.notes].map((note) => [note.message, note]))
  const { texts, wordings } = listOf([...notes.values()])
  return { changes, notes: texts, notesWordings: wordings }
}

/** Some managers keep several versions of one package beside each other. */
function groupVersions({ packages }: FoundPackages): ReadonlyMap<string, string> {
  const groups = Map.groupBy(packages, ({ manager, name }) => `${manager}\0${name}`)
  return new Map(
    [...groups].map(([key, all]) => [key, [...new Set(all.map(({ version }) => version))].sort().join(', ')]),
  )
}
