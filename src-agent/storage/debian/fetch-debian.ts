import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import { type Confinement, confine } from '../../base/process/confine.ts'
import type { Run } from '../../base/process/run.ts'
import { readScript } from '../../base/process/scripts.ts'
import type { Target } from '../registry/gate-rules.ts'
import { type Gate, type GateFacts, openGate } from '../registry/registry-gate.ts'
import type { DebianSource } from './debian-source.ts'

export interface DebianRequest {
  readonly source: DebianSource
  /** Of this work; exists and is empty. */
  readonly staging: string
  /** For sockets: a short path. */
  readonly runFolder: string
  /** Through which all but this machine is reached; null: directly. */
  readonly proxy: Target | null
  /** Names of the images that are here, for the sentence where there is no network. */
  readonly here: readonly string[]
  readonly signal: AbortSignal
  /** How many packages have come. */
  onPackages(count: number): void
}

/** The packages of a small Debian are 45 MB; this bounds what a mirror can make of it. */
const mostBytes = 2 * 2 ** 30
const fetchMs = 60 * 60_000
const unpackMs = 30 * 60_000
const everyMs = 500
/** Attempts that fail without a byte between them. */
const mostInRow = 3
const [proxyPort, otherPort] = [3128, 3129]
const sockets = { proxy: '/run/joey/proxy', direct: '/run/joey/direct' } as const
const kind = ['--variant=minbase']
/** To debootstrap, that no device nodes are made to see whether they could be. */
const environment = { container: 'lxc' }

/**
 * Fetches the packages of a small Debian with their signatures checked, and unpacks them: none of their programs runs. What
 * fetches has no right on this machine and no way out but to the mirror; what unpacks has no way out at all. Gives the path of a tar file of
 * the tree, which is to be set up in a sandbox.
 */
export async function fetchDebian(run: Run, request: DebianRequest): Promise<string> {
  const { source, staging, signal } = request
  for (const name of ['fetch', 'fetch/tmp', 'tree', 'tree/tmp']) await mkdir(join(staging, name), { mode: 0o755 })
  await fetchPackages(run, request)
  const packages = { from: join(staging, 'fetch/packages.tgz'), to: '/run/packages.tgz', writable: false }
  const words = [
    '--foreign',
    ...kind,
    '--unpack-tarball=/run/packages.tgz',
    source.suite,
    '/work/rootfs',
    source.mirror,
  ]
  const place: Confinement = { work: join(staging, 'tree'), ownsFiles: true, environment }
  await runTool(run, confine('debootstrap', words, { ...place, shown: [packages] }), { signal, timeoutMs: unpackMs })
  // Devices are the sandbox's own.
  const pack = ['--create', '--file=/work/rootfs.tar', '--numeric-owner', '--sort=name', '--exclude=./dev/*']
  await runTool(run, confine('tar', [...pack, '--directory=/work/rootfs', '.'], place), { signal, timeoutMs: unpackMs })
  return join(staging, 'tree/rootfs.tar')
}

async function fetchPackages(run: Run, request: DebianRequest): Promise<void> {
  const { source, staging, runFolder, signal, proxy } = request
  const mirror = new URL(source.mirror)
  const folder = join(runFolder, `debian-${randomBytes(4).toString('hex')}`)
  await mkdir(folder, { mode: 0o700 })
  const rules = { registry: mirror.host, plain: mirror.protocol === 'http:', allowHosts: [] }
  const gate = await openGate({ ...rules, folder, mostBytes, proxy })
  const lost = new AbortController()
  const followed = follow({
    folder: join(staging, 'fetch/packages/var/cache/apt/archives'),
    ...{ gate, onPackages: request.onPackages, onLost: () => lost.abort() },
  })
  try {
    const words = [...kind, '--make-tarball=/work/packages.tgz', source.suite, '/work/packages', source.mirror]
    const port = gate.direct?.port === proxyPort ? otherPort : proxyPort
    const ways = [String(port), sockets.proxy, String(gate.direct?.port ?? 0), sockets.direct]
    const script = ['-c', readScript('reach-registry'), 'reach-registry', ...ways, 'debootstrap', ...words]
    const place = placeOf(gate, { work: join(staging, 'fetch'), port })
    const either = AbortSignal.any([signal, lost.signal])
    await runTool(run, confine('sh', script, place), { signal: either, timeoutMs: fetchMs })
  } catch (error) {
    throw explain(error, { ...gate.facts(), lost: lost.signal.aborted }, request)
  } finally {
    followed.stop()
    gate.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Root, as debootstrap insists, but without a right of root. */
function placeOf(gate: Gate, { work, port }: { readonly work: string; readonly port: number }): Confinement {
  const way = `http://127.0.0.1:${port}`
  const direct = gate.direct === null ? [] : [{ from: gate.direct.socket, to: sockets.direct, writable: true }]
  const certificates = ['/etc/ssl', '/etc/ca-certificates'].filter((path) => existsSync(path))
  return {
    work,
    environment: { ...environment, http_proxy: way, https_proxy: way, no_proxy: '127.0.0.1,localhost' },
    shown: [
      { from: gate.proxySocket, to: sockets.proxy, writable: true },
      ...direct,
      ...certificates.map((path) => ({ from: path, to: path, writable: false })),
    ],
    reach: {
      account: 0,
      largestFile: mostBytes,
      lowPorts: gate.direct !== null && gate.direct.port < 1024,
    },
  }
}

interface Followed {
  readonly folder: string
  readonly gate: Gate
  onPackages(count: number): void
  onLost(): void
}

/**
 * debootstrap says of each package that it comes, in words that change; the files are what they are. It would ask for many
 * minutes for what cannot be reached.
 */
function follow({ folder, gate, onPackages, onLost }: Followed) {
  let [bytes, before] = [0, 0]
  const look = async (): Promise<void> => {
    const { receivedBytes, unreachable } = gate.facts()
    if (receivedBytes > bytes) [bytes, before] = [receivedBytes, unreachable.length]
    if (unreachable.length - before >= mostInRow) return onLost()
    onPackages((await readdir(folder)).filter((name) => name.endsWith('.deb')).length)
  }
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  return { stop: () => clearInterval(timer) }
}

async function runTool(
  run: Run,
  [program, args]: readonly [string, string[]],
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<void> {
  await run(program, args, options).catch((error: unknown) => {
    const { reason, detail = '' } = AppError.from(error).wire
    if (reason !== 'tool-failed' || !/^bwrap: /m.test(detail)) throw error
    throw appError('confinement-unavailable', { what: 'image' }, { cause: error, detail })
  })
}

interface Seen extends GateFacts {
  readonly lost: boolean
}

/** What the gate saw is known, where the words of debootstrap are to be guessed at. */
function explain(error: unknown, { unreachable, refused, lost }: Seen, { source, here }: DebianRequest): unknown {
  const { reason, detail = '' } = AppError.from(error).wire
  if (reason !== 'tool-failed' && !lost) return error
  const more = { cause: error, detail }
  const last = unreachable.at(-1)
  const shown = here.slice(0, 10).join(', ')
  if (last !== undefined)
    return appError('mirror-unreachable', { mirror: source.mirror, code: last.code, here: shown }, more)
  const [host] = refused
  if (host !== undefined) return appError('mirror-leads-away', { mirror: source.mirror, host }, more)
  return appError('debian-not-fetched', { mirror: source.mirror, suite: source.suite }, more)
}
