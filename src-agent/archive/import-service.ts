import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { importBundle, inspectBundle, PermissionSheet } from '#contract/archive'
import { saidOf } from '#contract/sentence'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { run } from '../base/process/run.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import { removeTree } from '../storage/layers/layer-places.ts'
import type { ArchivePlaces } from './archive-places.ts'
import { bundleDamaged } from './bundle/bundle-errors.ts'
import { type BundleFile, openBundleFile } from './bundle/bundle-file.ts'
import { makeImport } from './bundle/import-bundle.ts'
import { Manifest } from './bundle/manifest.ts'
import { readParts } from './bundle/parts.ts'
import { makeSheet } from './bundle/permission-sheet.ts'
import type { ExportDeps } from './export-service.ts'
import { runTask } from './run-task.ts'

type InspectRequest = z.output<(typeof inspectBundle)['request']>
type ImportRequest = z.output<(typeof importBundle)['request']>
type Sheet = z.output<typeof PermissionSheet>

/** Bundles that come in: looked at first, and nothing is made without a yes to exactly what was looked at. */
export interface Imports {
  inspect(request: InspectRequest, signal: AbortSignal): Promise<Sheet>
  /** Goes on when the client goes. */
  run(request: ImportRequest): Promise<z.input<(typeof importBundle)['response']>>
}

/** How much of an import its first reading is, by its usual time. */
const checkShare = 0.15

export function createImports(deps: ExportDeps): Imports {
  const { places } = deps
  const readSheet = async (file: BundleFile, passphrase: string | undefined) => {
    const manifest = await readManifest(file, passphrase)
    return { manifest, sheet: await makeSheet({ ...deps, file, manifest }) }
  }
  return {
    inspect({ path, passphrase, task }, signal) {
      return runTask(deps, { id: task, kind: 'import.inspect', subject: path, signal }, async (stop, report) => {
        const onProgress = (share: number) => report('checking', share)
        const file = await openBundle(path, deps, { signal: stop, onProgress })
        try {
          return (await readSheet(file, passphrase)).sheet
        } finally {
          await file.close()
        }
      })
    },
    run(request) {
      const { path, task, passphrase } = request
      const about = { id: task, kind: 'import.run' as const, subject: path, signal: deps.signal }
      return runTask(deps, about, async (signal, report) => {
        await places.ready
        const onProgress = (share: number) => report('checking', share * checkShare)
        const file = await openBundle(path, deps, { signal, onProgress })
        try {
          const { manifest, sheet } = await readSheet(file, passphrase)
          requireConsent(sheet, request)
          const onShare = (share: number) => report('unpacking', checkShare + (1 - checkShare) * share)
          return await withFolder(places, (staging) =>
            makeImport({ ...deps, agentSignal: deps.signal, file, manifest, sheet, request, staging, signal, onShare }),
          )
        } finally {
          await file.close()
        }
      })
    },
  }
}

/** The file that was walked to is the one that is read. */
async function openBundle(
  path: string,
  deps: Pick<ExportDeps, 'folder' | 'records'>,
  options: Parameters<typeof openBundleFile>[1],
): Promise<BundleFile> {
  const missing = () => appError('bundle-not-found', { path })
  const held = await openOnHost(path, hostRules(deps).untrusted, missing)
  try {
    return await openBundleFile(`/proc/self/fd/${held.handle.fd}`, options)
  } finally {
    await held.close()
  }
}

async function readManifest(file: BundleFile, passphrase: string | undefined): Promise<Manifest> {
  const reader = readParts(file.content(passphrase))
  try {
    const parsed = Manifest.safeParse(await reader.manifest())
    if (!parsed.success) throw bundleDamaged('its description is not one')
    requireWhole(parsed.data)
    return parsed.data
  } finally {
    await reader.close()
  }
}

/** What refers to something refers to what is there, once. */
function requireWhole({ layers, snapshots, chain, parentId }: Manifest): void {
  const keys = new Set(layers.map(({ key }) => key))
  const ids = new Set(snapshots.map(({ id }) => id))
  const chains = [chain, ...snapshots.map((each) => each.chain)]
  const parentOf = new Map(snapshots.map((each) => [each.id, each.parentId]))
  const parents = [parentId, ...snapshots.map((each) => each.parentId)]
  const isWhole =
    keys.size === layers.length &&
    ids.size === snapshots.length &&
    chains.every((each) => new Set(each).size === each.length && each.every((key) => keys.has(key))) &&
    parents.every((id) => id === null || ids.has(id)) &&
    snapshots.every(({ id }) => leadsToEnd(parentOf, id))
  if (!isWhole) throw bundleDamaged('its description contradicts itself')
}

function leadsToEnd(parentOf: ReadonlyMap<string, string | null>, id: string): boolean {
  const seen = new Set<string>()
  for (let at: string | null = id; at !== null; at = parentOf.get(at) ?? null) {
    if (seen.has(at)) return false
    seen.add(at)
  }
  return true
}

function requireConsent(sheet: Sheet, { consent, agreed }: ImportRequest): void {
  if (sheet.consent !== consent) {
    throw appError('consent-for-another')
  }
  const [problem] = sheet.problems
  if (problem !== undefined) {
    throw appError('bundle-has-problems', { problem: saidOf(problem, sheet.problemsWordings?.[0]) })
  }
  if (sheet.requests.some(({ kind }) => kind === 'signer') && !agreed.includes('signer')) {
    throw appError('signer-not-agreed', { signature: saidOf(sheet.signature.sentence, sheet.signature.wording) })
  }
}

async function withFolder<T>({ staging }: ArchivePlaces, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(staging, randomBytes(6).toString('hex'))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    return await work(folder)
  } finally {
    await removeTree(run, folder)
  }
}
