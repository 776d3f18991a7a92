import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import type { Image } from '#contract/image'
import { type Recipe, RecipeName } from '#contract/recipe'
import { createShareWork } from '../../base/async/share-work.ts'
import { programMissing } from '../../base/process/tool-errors.ts'
import type { Progress } from '../../state/tasks.ts'
import { chooseSource, type DebianSource } from '../../storage/debian/debian-source.ts'
import { fetchDebian } from '../../storage/debian/fetch-debian.ts'
import { withStaging } from '../../storage/images/staging.ts'
import { readTarget } from '../../storage/registry/gate-rules.ts'
import { padding } from '../../storage/tar/tar-header.ts'
import { endOfTar, headOf } from '../../storage/tar/write-entry.ts'
import type { BuildDeps, BuildService } from '../build-image.ts'
import { keepWords } from '../run-inside.ts'
import { debianSteps, recipes, stepsOn } from './recipe-table.ts'

export interface RecipeDeps extends BuildDeps {
  readonly builds: BuildService
  /** For sockets: a short path. */
  readonly runFolder: string
}

export interface MakeRequest {
  readonly recipe: RecipeName
  readonly again: boolean
  readonly mirror?: string | undefined
  readonly suite?: string | undefined
  readonly signal: AbortSignal
  readonly onProgress: Progress
}

interface Made {
  readonly image: Image
  readonly name: string
  readonly made: boolean
}

/** Images that Joey makes without a registry. Two who want the same one at the same time share the work. */
export interface RecipeService {
  list(): Recipe[]
  make(request: MakeRequest): Promise<Made>
}

export function createRecipes(deps: RecipeDeps): RecipeService {
  const share = createShareWork<Made>()
  return {
    list: () =>
      RecipeName.options.map((name) => ({
        ...{ name, image: recipes[name].image, begins: recipes[name].begins },
        ...{ here: findHere(deps, name) !== null, lacks: lackingOf(name) },
      })),
    make: ({ signal, ...request }) => {
      const key = JSON.stringify([request.recipe, request.again, request.mirror, request.suite])
      return share(key, signal, (stop) => make(deps, { ...request, signal: stop }))
    },
  }
}

async function make(deps: RecipeDeps, request: MakeRequest): Promise<Made> {
  const { recipe, signal } = request
  const { image: name, begins } = recipes[recipe]
  const here = findHere(deps, recipe)
  if (here !== null && !request.again) return { image: here, name, made: false }
  const lacks = lackingOf(recipe)
  if (lacks !== null) throw programMissing(lacks)
  if (recipe === 'debian') return { image: await makeDebian(deps, request), name, made: true }
  if (begins !== null) await make(deps, { ...request, recipe: begins, again: false })
  request.onProgress('working', null)
  const files = tarOf([])
  return { image: await buildFrom(deps, { name, steps: stepsOn[recipe], files, signal }), name, made: true }
}

/** How many packages a small Debian has, about: for the progress alone. */
const usualPackages = 85
const fetchShare = 0.3

async function makeDebian(deps: RecipeDeps, request: MakeRequest): Promise<Image> {
  const { signal, onProgress } = request
  const source = chooseSource(await readSourceFiles(), request)
  if (source.mirror === '') throw appError('mirror-unknown')
  onProgress('fetching', 0)
  return withStaging(deps.imageFolder, async (staging) => {
    const proxy = deps.settings.read().registryProxy
    const tree = await fetchDebian(deps.run, {
      ...{ source, staging, runFolder: deps.runFolder, signal },
      proxy: proxy === null ? null : readTarget(proxy.slice('http://'.length), 3128),
      here: deps.images.list().flatMap(({ names }) => names),
      onPackages: (count) => onProgress('fetching', Math.min(1, count / usualPackages) * fetchShare),
    })
    onProgress('working', fetchShare)
    const files = tarOf([{ path: 'context/rootfs.tar', from: tree }])
    return buildFrom(deps, { name: recipes.debian.image, steps: debianSteps(sourcesOf(source)), files, signal })
  })
}

const sourcesOf = ({ mirror, suite, further }: DebianSource): string[] => [`deb ${mirror} ${suite} main`, ...further]

interface BuildWish {
  readonly name: string
  readonly steps: string
  readonly files: AsyncIterable<Uint8Array>
  readonly signal: AbortSignal
}

function buildFrom({ builds }: RecipeDeps, { name, steps, files, signal }: BuildWish): Promise<Image> {
  const nothing = { args: {}, secrets: [], noCache: true, pull: false, keepsSteps: false }
  // What steps print is kept by the failure, which says it in its details.
  return builds.build({
    ...nothing,
    names: [name],
    dockerfile: steps,
    files,
    signal,
    output: keepWords(),
    onPhase() {},
  })
}

async function readSourceFiles() {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const own = names.filter((name) => /\.(list|sources)$/.test(name)).sort()
  const aptSources = await Promise.all(['/etc/apt/sources.list', ...own.map((name) => join(folder, name))].map(read))
  const program = findSystemProgram('debootstrap')
  return {
    osRelease: await read('/etc/os-release'),
    aptSources,
    debootstrap: program === null ? '' : await read(program),
  }
}

function findHere({ images }: RecipeDeps, recipe: RecipeName): Image | null {
  return images.list().find(({ names }) => names.includes(recipes[recipe].image)) ?? null
}

/** Also for what it begins with, where that is not here. */
function lackingOf(recipe: RecipeName): string | null {
  const { programs, begins } = recipes[recipe]
  const needed = ['buildah', ...programs, ...(begins === null ? [] : recipes[begins].programs)]
  return needed.find((name) => findSystemProgram(name) === null) ?? null
}

interface TarFile {
  readonly path: string
  readonly from: string
}

/** Files of the agent as the tar stream that a build takes. */
async function* tarOf(files: readonly TarFile[]): AsyncGenerator<Uint8Array> {
  const node = { link: '', uid: 0, gid: 0, mtimeNs: 0n, major: 0, minor: 0, attributes: [], parts: null }
  yield headOf({ ...node, path: 'context', type: '5', mode: 0o755, size: 0, stored: 0 }, { sparse: false })
  for (const { path, from } of files) {
    const { size } = await stat(from)
    yield headOf({ ...node, path, type: '0', mode: 0o600, size, stored: size }, { sparse: false })
    yield* createReadStream(from, { highWaterMark: 1024 * 1024 })
    yield padding(size)
  }
  yield endOfTar
}
