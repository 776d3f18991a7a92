import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { type Sentence, sentence } from '#contract/sentence'
import type { Run } from '../../base/process/run.ts'
import { outsideProgram } from '../bind-mounts.ts'
import type { GvisorSetup } from '../oci/gvisor/gvisor-flavour.ts'
import { createProbeCache, type ProbeCache } from './probe-cache.ts'
import { type GvisorAttempt, type TryDeps, tryGvisor } from './try-gvisor.ts'

/** A runsc that is installed, and how it works here, or why it does not. */
export interface GvisorVerdict {
  readonly program: string
  readonly version: string
  readonly setup: GvisorSetup | null
  /** A text is what runsc said. */
  readonly failure: Sentence | string | null
}

export interface GvisorDeps {
  readonly run: Run
  /** The state folder: holds the cache, and for a moment the bundle. */
  readonly folder: string
  readonly find?: (program: string) => string | null
  /** joey-outside; null where there is none. */
  readonly outside?: string | null
  readonly attempt?: GvisorAttempt
  readonly hasVirtualisation?: () => Promise<boolean>
  readonly readBootId?: () => Promise<string>
}

/** The fastest first. What a version does not have is left out. */
const platforms = ['systrap', 'kvm', 'ptrace'] as const

/**
 * Finds out by trying how gVisor works here; null where it is not installed. What works is remembered until the machine
 * starts anew, and so is what hangs, because to find that out again would take as long again.
 */
export async function probeGvisor(deps: GvisorDeps): Promise<GvisorVerdict | null> {
  const { run, folder, find = findSystemProgram, attempt = tryGvisor, hasVirtualisation = readVirtualisation } = deps
  const { outside = outsideProgram() } = deps
  const program = find('runsc')
  if (program === null) return null
  const about = await readAbout(run, program)
  if (about === null) return { program, version: '', setup: null, failure: sentence('engine-without-version') }
  const { version } = about
  const busybox = find('busybox')
  if (busybox === null) return { program, version, setup: null, failure: sentence('engine-not-tried') }
  const cache = createProbeCache(join(folder, 'probes.json'), deps.readBootId)
  const failures: string[] = []
  const works = createTrier({ run, folder: join(folder, 'probes'), busybox, outside }, { program, cache, attempt })
  for (const setup of listSetups(about, await hasVirtualisation())) {
    const failure = await works(setup)
    if (failure === null) {
      const mapped = { ...setup, mapsIds: true }
      const mapsIds = outside !== null && (await works(mapped)) === null
      return { program, version, setup: mapsIds ? mapped : setup, failure: null }
    }
    if (failure !== hangsAsBefore) failures.push(`${setup.platform}: ${failure}`)
  }
  return { program, version, setup: null, failure: failures.join('\n') || sentence('engine-without-platform') }
}

/** It was tried before, and hung. */
const hangsAsBefore = Symbol()

interface Trying {
  readonly program: string
  readonly cache: ProbeCache
  readonly attempt: GvisorAttempt
}

/** Tries a way to run it, or remembers how that went. Null: it works. */
function createTrier(deps: TryDeps, { program, cache, attempt }: Trying) {
  return async (setup: GvisorSetup): Promise<null | typeof hangsAsBefore | string> => {
    const { version, options, platform, hidesNetSettings, mapsIds = false } = setup
    const words = [program, version, ...options, platform, hidesNetSettings ? 'hidden' : 'plain']
    const key = [...words, ...(mapsIds ? ['ids'] : [])].join(' ')
    if (await cache.isKnownToWork(key)) return null
    if (await cache.isKnownToWork(`hangs: ${key}`)) return hangsAsBefore
    const outcome = await attempt(deps, program, setup)
    if (outcome.works) {
      await cache.remember(key)
      return null
    }
    if (outcome.hangs) await cache.remember(`hangs: ${key}`)
    return outcome.words
  }
}

interface About {
  readonly version: string
  readonly platforms: string
  readonly flags: string
}

/** `runsc version 0.0~20221219.0`, `runsc version release-20240807.0` */
async function readAbout(run: Run, program: string): Promise<About | null> {
  const output = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run(program, args, { timeoutMs: 5_000, okExitCodes: [0, 1, 2, 128] })
    return `${stdout}\n${stderr}`
  }
  try {
    const version = /version\s+(\S+)/.exec(await output('--version'))?.[1]
    return version === undefined
      ? null
      : { version, platforms: await output('help', 'platforms'), flags: await output('flags') }
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

/** Every way in which this version could work, the best first. */
function listSetups(about: About, hasVirtualisation: boolean): GvisorSetup[] {
  const has = (flag: string) => new RegExp(`^\\s*-${flag}\\b`, 'm').test(about.flags)
  const options = [
    // What the guest writes belongs in the writable layer, not into the sentry's memory.
    ...(has('overlay2') ? ['--overlay2=none'] : ['--overlay=false']),
    // Which the other classes have as well; it reaches no further than the sandbox's own address.
    ...(has('net-raw') ? ['--net-raw'] : []),
  ]
  return platforms
    .filter((platform) => new RegExp(`^\\s*${platform}\\b`, 'm').test(about.platforms))
    .filter((platform) => platform !== 'kvm' || hasVirtualisation)
    .flatMap((platform) =>
      [false, true].map((hidesNetSettings) => ({
        ...{ version: about.version, disconnects: has('net-disconnect-ok') },
        ...{ platform, options, hidesNetSettings },
      })),
    )
}

/** A /dev/kvm alone says little: there are kernels that serve it without hardware, and gVisor then hangs. */
async function readVirtualisation(): Promise<boolean> {
  if (!existsSync('/dev/kvm')) return false
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  return /^flags\s*:.*\b(vmx|svm)\b/m.test(cpu)
}
