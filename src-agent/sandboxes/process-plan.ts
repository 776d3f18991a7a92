import { appError } from '#contract/app-error'
import type { ImageConfig } from '#contract/image'
import type { SandboxSpec } from '#contract/sandbox'
import type { ProcessPlan } from '../engines/driver.ts'
import { findGroup, resolveAccount } from './accounts.ts'
import { ulimitsOf } from './ulimits.ts'

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The texts that say who is who in a sandbox. */
export interface AccountFiles {
  readonly passwd: string
  readonly group: string
}

/** Entrypoint and command by Docker's rules: a new entrypoint drops the image's command. */
export function resolveArgv(spec: Pick<SandboxSpec, 'command' | 'entrypoint'>, image: ImageConfig): string[] {
  const command = spec.command ?? (spec.entrypoint === null ? image.command : [])
  const argv = [...(spec.entrypoint ?? image.entrypoint), ...command]
  if (argv.length === 0) {
    throw appError('command-missing')
  }
  requireProgram(argv)
  return argv
}

/** An empty word names no program; the engines differ in what they make of it. */
export function requireProgram([program]: readonly string[]): void {
  if (program !== '') return
  throw appError('command-not-found', { program })
}

interface ProcessWish {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | null
  readonly user: string | null
  readonly tty: boolean
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Fills in what a wish leaves open: first the sandbox's own settings, then the image's, then Docker's defaults. */
export function planProcess(
  wish: ProcessWish,
  {
    spec,
    image,
    hostname,
    accounts,
    zone,
  }: {
    spec: SandboxSpec
    image: ImageConfig
    hostname: string
    accounts: AccountFiles
    /** What TZ is where nobody says otherwise; null: as the image has it. */
    zone: string | null
  },
): ProcessPlan {
  const account = resolveAccount(wish.user ?? spec.user ?? image.user, accounts.passwd, accounts.group)
  const further = spec.extraGroups.map((group) => findGroup(group, accounts.group))
  const env = new Map<string, string>([
    ['PATH', defaultPath],
    ['HOSTNAME', hostname],
    ['HOME', account.home],
    ...(wish.tty ? ([['TERM', 'xterm-256color']] as const) : []),
    ...image.env.map(splitVariable),
    ...(zone === null ? [] : ([['TZ', zone]] as const)),
    ...Object.entries(spec.env),
    ...Object.entries(wish.env),
  ])
  return {
    argv: wish.argv,
    env: [...env].map(([name, value]) => `${name}=${value}`),
    cwd: wish.cwd ?? spec.cwd ?? (image.cwd === '' ? '/' : image.cwd),
    uid: account.uid,
    gid: account.gid,
    additionalGids: [...new Set([...account.additionalGids, ...further])],
    ulimits: ulimitsOf(spec),
    tty: wish.tty,
    columns: wish.columns,
    rows: wish.rows,
  }
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
