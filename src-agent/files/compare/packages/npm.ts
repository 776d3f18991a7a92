import * as z from 'zod'
import { type PackageSink, packageUrl } from './package-sink.ts'

const Manifest = z.object({ name: z.string(), version: z.string() })
/** Versions 2 and 3 list packages by their place; version 1 nests dependencies, of which the outer ones are read. */
const LockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), link: z.boolean().optional() })).optional(),
  dependencies: z.record(z.string(), z.object({ version: z.string() })).optional(),
})
const modules = 'node_modules/'

export function addManifest(text: string | null, sink: PackageSink): void {
  const manifest = Manifest.safeParse(parse(text))
  if (manifest.success) add(manifest.data.name, manifest.data.version, sink)
}

export function addLockFile(text: string | null, sink: PackageSink): void {
  const lock = LockFile.safeParse(parse(text))
  if (!lock.success) return
  const { packages, dependencies = {} } = lock.data
  if (!packages) {
    for (const [name, { version }] of Object.entries(dependencies)) add(name, version, sink)
    return
  }
  for (const [place, { version, link }] of Object.entries(packages)) {
    const at = place.lastIndexOf(modules)
    if (at >= 0 && version !== undefined && link !== true) add(place.slice(at + modules.length), version, sink)
  }
}

function add(name: string, version: string, sink: PackageSink): void {
  sink.add({ manager: 'npm', name, version, purl: packageUrl('npm', name, version) })
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}
