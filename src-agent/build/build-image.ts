import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { BuildPhase, BuildRequest } from '#contract/build'
import type { Image } from '#contract/image'
import { roomToFill } from '../base/disk-room.ts'
import { builtInName } from '../storage/images/built-in.ts'
import { withTag } from '../storage/images/image-names.ts'
import { tooLargeForDisk } from '../storage/images/refusals.ts'
import { withStaging } from '../storage/images/staging.ts'
import type { PullService } from '../storage/registry/pull-service.ts'
import { type BaseDeps, type BaseImage, handImages } from './base-images.ts'
import { type Builder, type BuilderDeps, type Builders, createBuilders, places } from './builder.ts'
import { firstHeredoc, imagesOf, requireInstructions } from './dockerfile.ts'
import { keepWords, type Sink, toFile } from './run-inside.ts'

export interface BuildDeps extends BuilderDeps, BaseDeps {
  readonly pulls: Pick<PullService, 'pull' | 'writeKept' | 'importKept'>
}

export interface BuildWish extends Omit<BuildRequest, 'type' | 'task'> {
  /** A tar stream with the folder `context` and the files of `secrets`. */
  readonly files: AsyncIterable<Uint8Array>
  /** Of what the steps print. */
  readonly output: Sink
  readonly signal: AbortSignal
  /** Steps are kept for the next build, unless they are of one that nobody repeats. */
  readonly keepsSteps?: boolean
  onPhase(phase: BuildPhase, subject: string): void
}

/** Builds images, each in the sandbox of its class; one after the other there. */
export interface BuildService {
  build(wish: BuildWish): Promise<Image>
}

export function createBuildService(deps: BuildDeps): BuildService {
  const builders = createBuilders(deps)
  return { build: (wish) => build(deps, builders, wish) }
}

async function build(deps: BuildDeps, builders: Builders, wish: BuildWish): Promise<Image> {
  const names = wish.names.map(withTag)
  if (names.includes(builtInName)) throw appError('image-name-of-built-in', { name: builtInName })
  requireInstructions(wish.dockerfile)
  const refs = imagesOf(wish.dockerfile, wish.args)
  wish.onPhase('preparing', '')
  return builders.use(wish.class, wish.signal, async (builder) => {
    try {
      await requireHeredocs(builder, wish.dockerfile)
      await takeFiles(builder, wish)
      const bases = await handImages(deps, builder, { ...wish, refs })
      wish.onPhase('building', '')
      await runBuild(builder, wish, bases)
      wish.onPhase('importing', '')
      return await takeResult(deps, builder, { names, signal: wish.signal })
    } finally {
      // Of a build that was stopped the sandbox is stopped as well, and this is done before the next.
      const all = wish.keepsSteps === false ? `buildah rmi --force $(cat ${resultFile}); ${forget}` : forget
      if (!wish.signal.aborted) await builder.ask(['sh', '-c', all]).catch(() => undefined)
    }
  })
}

/** An older buildah takes the lines of a text for instructions, and may find nothing wrong with them. */
async function requireHeredocs(builder: Pick<Builder, 'ask'>, dockerfile: string): Promise<void> {
  const line = firstHeredoc(dockerfile)
  if (line === null) return
  const [version = '', major, minor] = /(\d+)\.(\d+)[.\d]*/.exec(await builder.ask(['buildah', '--version'])) ?? []
  // https://github.com/containers/buildah/blob/main/CHANGELOG.md, v1.33.0
  if (Number(major) > 1 || Number(minor) >= 33) return
  throw appError('dockerfile-heredoc', { line, version })
}

/** Where buildah writes the id of what a build makes. It gets no name inside, since its steps would show it. */
const resultFile = '/build/result'

/** What is nobody's once a build is over: its files, its secrets, and containers of steps that failed. */
const forget = `rm -rf ${places.context} ${places.secrets}/* /build/in/Dockerfile /build/out /build/base ${resultFile} /var/tmp/*; buildah rm --all`

async function takeFiles(builder: Builder, { files, dockerfile }: BuildWish): Promise<void> {
  await builder.ask(['sh', '-c', `${forget}; mkdir -p ${places.context}`])
  const extract = ['tar', '--extract', '--no-same-owner', '--same-permissions', `--directory=${places.input}`]
  await builder.ask(extract, files)
  await builder.ask(['sh', '-c', `cat > ${places.input}/Dockerfile`], one(Buffer.from(dockerfile)))
}

async function runBuild(builder: Builder, wish: BuildWish, bases: readonly BaseImage[]): Promise<void> {
  const words = keepWords()
  const sink: Sink = {
    ...wish.output,
    take(stream, chunk) {
      words.take(stream, chunk)
      wish.output.take(stream, chunk)
    },
  }
  const argv = buildCommand(wish, bases)
  const own = builder.class === 'container' ? inOwnMounts(argv, wish.secrets.length > 0) : argv
  const code = await builder.run({ argv: own, sink })
  if (code !== 0) throw explainBuild(words.words('stderr'), code)
}

export function buildCommand(
  wish: Pick<BuildWish, 'args' | 'target' | 'secrets' | 'noCache' | 'keepsSteps'>,
  bases: readonly BaseImage[],
) {
  return [
    ...['buildah', 'build', '--isolation=chroot', '--network=host', '--pull-never', '--format=docker'],
    `--layers=${wish.keepsSteps !== false}`,
    `--iidfile=${resultFile}`,
    `--file=${places.input}/Dockerfile`,
    ...(wish.noCache ? ['--no-cache'] : []),
    ...(wish.target === undefined ? [] : [`--target=${wish.target}`]),
    ...Object.entries(wish.args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...wish.secrets.map((id) => `--secret=id=${id},src=${places.secrets}/${id}`),
    ...bases.map(({ ref, inside }) => `--build-context=${ref}=container-image://${inside}`),
    places.context,
  ]
}

/**
 * The mounts of a container have flags that a user namespace within it cannot take off, and buildah, which knows nothing of
 * them, cannot show a part of such a mount read-only to a step. So it runs in a namespace that is made here, where what it shows
 * lies on mounts of that namespace's own.
 */
const ownMountsScript = `
unshare --user --mount sleep 2147483647 &
holder=$!
until echo '0 0 65536' 2>/dev/null > /proc/$holder/uid_map; do kill -0 $holder || exit; sleep 0.01; done 2>/dev/null
echo '0 0 65536' > /proc/$holder/gid_map || exit
nsenter --target $holder --user --mount sh -c "$1" joey-build "$@"
code=$?
kill $holder
exit $code`
const insideScript = `
mkdir -p /run/joey-empty && mount -t overlay joey -o "lowerdir=$2:/run/joey-empty" "$2" || exit
[ "$3" = false ] || mount -t tmpfs -o mode=0700 joey /var/lib/containers/vfs-containers || exit
shift 3
"$@"
code=$?
buildah rm --all > /dev/null 2>&1
exit $code`

function inOwnMounts(argv: readonly string[], hasSecrets: boolean): readonly string[] {
  return ['sh', '-c', ownMountsScript, 'joey-build', insideScript, places.context, String(hasSecrets), ...argv]
}

/** Which step failed, and how, by buildah's own words. */
export function explainBuild(words: string, code: number): AppError {
  const more = { detail: words }
  const step = /building at STEP "([\s\S]*?)": ([^\n]*)/.exec(words)
  const exit = /exit status (\d+)/.exec(step?.[2] ?? '')?.[1]
  const shown = step?.[1]?.slice(0, 300) ?? ''
  if (exit !== undefined) return appError('build-step-failed', { step: shown, code: Number(exit) }, more)
  const why = (step?.[2] ?? /Error: ([^\n]*)/.exec(words)?.[1] ?? '').slice(0, 300)
  return appError('build-failed', { step: shown, why, code }, more)
}

/**
 * In the form of Docker, because that of the OCI has no word for a health check or a shell. buildah writes such an image as a folder
 * of files only; a few names make an OCI layout of it.
 */
const handOut = `set -e
rm -rf /build/out && mkdir -p /build/out/blobs
buildah push --quiet --format v2s2 --disable-compression=false "$(cut -d : -f 2 < "$1")" dir:/build/out/blobs/sha256
cd /build/out/blobs/sha256
rm version
digest=$(sha256sum < manifest.json | cut -d ' ' -f 1)
size=$(wc -c < manifest.json)
mv manifest.json "$digest"
cd /build/out
type=application/vnd.docker.distribution.manifest.v2+json
printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"sha256:%s","size":%d}]}' $type $digest $size > index.json
printf '{"imageLayoutVersion":"1.0.0"}' > oci-layout`

interface ResultWish {
  readonly names: readonly string[]
  readonly signal: AbortSignal
}

/** Takes the image out of the builder as any archive is taken: nothing that it says of itself is believed. */
async function takeResult(deps: BuildDeps, builder: Builder, { names, signal }: ResultWish): Promise<Image> {
  await builder.ask(['sh', '-c', handOut, 'joey-out', resultFile])
  return withStaging(deps.imageFolder, async (staging) => {
    await receive(deps, builder, join(staging, 'out.tar'))
    const [first = null, ...others] = names
    const archive = join(staging, 'out.tar')
    const more = { signal, onProgress: () => undefined, ...(first !== null && { name: first }) }
    const [image] = await deps.pulls.importKept({ path: archive, ...more })
    if (image === undefined) throw appError('not-an-image')
    let named = image
    for (const name of others) named = await deps.images.addName(image.digest, name)
    return named
  })
}

async function receive(deps: BuildDeps, builder: Builder, path: string): Promise<void> {
  const { bytes } = await roomToFill(deps.imageFolder)
  const stop = { tooLarge: false }
  const file = toFile(path, bytes, () => {
    stop.tooLarge = true
  })
  const argv = ['tar', '--create', '--directory=/build/out', '.']
  let code: number
  try {
    code = await builder.run({ argv, sink: file.sink })
  } finally {
    await file.close()
  }
  if (stop.tooLarge) throw tooLargeForDisk(bytes)
  if (code !== 0) throw appError('builder-failed', { program: 'tar', code }, { detail: file.words() })
}

async function* one(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content
}
