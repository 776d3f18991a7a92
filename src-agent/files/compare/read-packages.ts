import { type Sentence, sentence } from '#contract/sentence'
import type { TreeView } from '../../storage/layers/tree-view.ts'
import { readApk } from './packages/apk.ts'
import { readDpkg } from './packages/dpkg.ts'
import { readLanguagePackages } from './packages/language-packages.ts'
import type { FoundPackage, PackageSink } from './packages/package-sink.ts'
import { readRpm } from './packages/rpm.ts'
import { type ReadRpmDatabase, readRpmDatabase } from './packages/rpm-database.ts'
import { createTreeText, type TreeText } from './packages/tree-text.ts'

export type { FoundPackage }

export interface FoundPackages {
  /** By manager, name and version. */
  readonly packages: readonly FoundPackage[]
  /** What could not be read. */
  readonly notes: readonly Sentence[]
}

const mostPackages = 200_000
const longestField = 512

/**
 * The packages that a tree itself has on record. Nothing of it is run, and nothing of what it says is believed beyond
 * names and versions; all sizes are capped. What only a parser in C can read is read by `readDatabase`, in a process of its own.
 */
export async function readPackages(
  view: TreeView,
  signal: AbortSignal,
  readDatabase: ReadRpmDatabase = readRpmDatabase,
): Promise<FoundPackages> {
  const text = createTreeText(view, signal)
  const found = new Map<string, FoundPackage>()
  const notes = new Map<string, Sentence>()
  const note = (said: Sentence) => void notes.set(said.message, said)
  const sink: PackageSink = {
    distribution: await readDistribution(text),
    add(each) {
      const { manager, name, version } = each
      if (name === '' || version === '' || name.length > longestField || version.length > longestField) return
      const whole = { ...each, name: name.toWellFormed(), version: version.toWellFormed() }
      if (found.size < mostPackages) found.set(`${manager}\0${name}\0${version}`, whole)
      else note(sentence('packages-too-many', { limit: mostPackages }))
    },
    note,
  }
  await readDpkg(text, sink)
  await readApk(text, sink)
  await readRpm(text, sink, readDatabase)
  await readLanguagePackages(text, sink)
  const packages = [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each)
  return { packages, notes: [...notes.values()] }
}

async function readDistribution(text: TreeText): Promise<string | null> {
  const release = (await text.read('etc/os-release', 64 * 1024)) ?? (await text.read('usr/lib/os-release', 64 * 1024))
  return /^ID=["']?([a-z0-9._-]{1,64})["']?$/m.exec(release ?? '')?.[1] ?? null
}
