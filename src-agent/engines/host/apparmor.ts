import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { finding } from '#contract/finding'
import type { Said } from '#contract/reasons/define'
import { sentence } from '#contract/sentence'
import { findResource } from '../../base/process/resources.ts'
import { chooseRuntime, type RuntimeDeps } from './choose-runtime.ts'
import { probeRuntime } from './probe-runtime.ts'

const profile = 'joey-default'
const loadMs = 20_000

/** Whether containers are confined by AppArmor too. */
export interface AppArmorVerdict {
  /** This machine has AppArmor, and it is on. */
  readonly isThere: boolean
  /** The profile that is loaded, and with which a container runs; null where there is none. */
  readonly profile: string | null
  /** A text is what a program said. */
  readonly failure: Said | string | null
}

interface Deps extends Pick<RuntimeDeps, 'run' | 'folder' | 'find'> {
  /** `/` otherwise. */
  readonly root?: string
  readonly attempt?: (deps: Deps) => Promise<Said | string | null>
}

/**
 * Loads the profile of containers into this machine's kernel, where that has AppArmor, and runs a real container with it to its end:
 * one that does not come up that way would be worse than one without.
 */
export async function loadAppArmor(deps: Deps): Promise<AppArmorVerdict> {
  const { run, find = findSystemProgram, root = '/', attempt = tryProfile } = deps
  if (!readSwitch(root, 'sys/module/apparmor/parameters/enabled', 'Y')) {
    return { isThere: false, profile: null, failure: null }
  }
  const [parser, file] = [find('apparmor_parser'), findResource(`apparmor/${profile}`)]
  if (parser === null || file === null) {
    return { isThere: true, profile: null, failure: sentence('apparmor-no-parser') }
  }
  try {
    await run(parser, ['--replace', '--skip-cache', file], { timeoutMs: loadMs })
  } catch (error) {
    return { isThere: true, profile: null, failure: wordsOf(error) }
  }
  const failure = await attempt(deps)
  return { isThere: true, profile: failure === null ? profile : null, failure }
}

async function tryProfile({ run, folder, find = findSystemProgram }: Deps): Promise<Said | string | null> {
  const busybox = find('busybox')
  const runtime = await chooseRuntime({ run, folder, find }).catch(() => null)
  if (runtime === null || busybox === null) return sentence('id-maps-untried')
  return probeRuntime({ run, folder: join(folder, 'probes'), busybox }, runtime, { apparmor: profile })
}

function wordsOf(error: unknown): Said | string {
  if (!(error instanceof AppError)) throw error
  return error.wire.detail ?? error.wire
}

/** As the list of this machine's findings shows it. */
export function examineAppArmor({ isThere, profile: loaded, failure }: AppArmorVerdict): Finding {
  const id = 'apparmor'
  if (!isThere) return finding({ id, level: 'ok', title: sentence('apparmor-absent') })
  if (loaded !== null) return finding({ id, level: 'ok', title: sentence('apparmor-confines', { profile: loaded }) })
  return finding({ id, level: 'warning', title: sentence('apparmor-broken'), detail: failure })
}

function readSwitch(root: string, path: string, on: string): boolean {
  try {
    return readFileSync(join(root, path), 'utf8').trim() === on
  } catch {
    return false
  }
}
