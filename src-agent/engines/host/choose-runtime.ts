import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { sentence } from '#contract/sentence'
import { type ContainerRuntime, containerRuntimes as names } from '#contract/words'
import { installRemedy } from '../../base/process/packages.ts'
import type { Run } from '../../base/process/run.ts'
import { createProbeCache } from './probe-cache.ts'
import { type ProbeFailure, probeRuntime, type RuntimeCandidate } from './probe-runtime.ts'

export type Runtime = RuntimeCandidate
/** A runtime that is installed, and why it does not work, if so. */
export interface RuntimeVerdict extends RuntimeCandidate {
  readonly failure: ProbeFailure
}

export interface RuntimeDeps {
  readonly run: Run
  /** The state folder: holds the cache, and for a moment the bundle. */
  readonly folder: string
  /** JOEY_RUNTIME in it picks one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly find?: (program: string) => string | null
  readonly probe?: typeof probeRuntime
  readonly readBootId?: () => Promise<string>
}

/** The runtime for containers: the first that is proven to work, or the one that JOEY_RUNTIME names. */
export async function chooseRuntime(deps: RuntimeDeps): Promise<Runtime> {
  const failures: string[] = []
  for (const name of wantedNames(deps.env ?? process.env)) {
    const verdict = await evaluate(deps, name)
    if (verdict === null) continue
    const { failure, ...runtime } = verdict
    if (failure === null) return runtime
    failures.push(`${name} ${verdict.version}: ${typeof failure === 'string' ? failure : failure.message}`)
  }
  if (failures.length === 0) throw noneInstalled(wantedNames(deps.env ?? process.env))
  throw appError('no-runtime-works', {}, { detail: failures.join('\n\n') })
}

/** All installed runtimes, each really tried. */
export async function probeRuntimes(deps: RuntimeDeps): Promise<readonly RuntimeVerdict[]> {
  const verdicts: RuntimeVerdict[] = []
  // One after the other: they share the cache's file.
  for (const name of names) {
    const verdict = await evaluate(deps, name)
    if (verdict !== null) verdicts.push(verdict)
  }
  return verdicts
}

function wantedNames(env: Readonly<Record<string, string | undefined>>): readonly ContainerRuntime[] {
  const wanted = env['JOEY_RUNTIME']
  if (wanted === undefined || wanted === '') return names
  const name = names.find((known) => known === wanted)
  if (name !== undefined) return [name]
  throw appError('runtime-unknown', { wanted })
}

/** Null: not installed. */
async function evaluate(deps: RuntimeDeps, name: ContainerRuntime): Promise<RuntimeVerdict | null> {
  const { find = findSystemProgram, probe = probeRuntime, run, folder } = deps
  const program = find(name)
  if (program === null) return null
  const version = await readVersion(run, program)
  if (version === null) return { name, program, version: '', failure: sentence('engine-without-version') }
  const candidate = { name, program, version }
  const cache = createProbeCache(join(folder, 'probes.json'), deps.readBootId)
  const key = `${program} ${version}`
  if (await cache.isKnownToWork(key)) return { ...candidate, failure: null }
  const busybox = find('busybox')
  // Without a program to put into a bundle nothing can be tried. The report says that busybox is missing.
  if (busybox === null) return { ...candidate, failure: null }
  const failure = await probe({ run, folder: join(folder, 'probes'), busybox }, candidate)
  if (failure === null) await cache.remember(key)
  return { ...candidate, failure }
}

/** `runc version 1.1.5+ds1`, `crun version 1.8.1` */
async function readVersion(run: Run, program: string): Promise<string | null> {
  try {
    const { stdout } = await run(program, ['--version'], { timeoutMs: 5_000 })
    return /version\s+(\S+)/.exec(stdout)?.[1] ?? null
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

function noneInstalled(wanted: readonly string[]): AppError {
  const name = wanted[0] ?? names[0]
  const remedy = installRemedy(name)
  return appError('no-runtime', wanted.length === 1 ? { wanted: name } : {}, { ...(remedy && { remedy }) })
}
