import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RegistryCredential } from '#contract/image'
import { type Confinement, confine, type Shown } from '../../base/process/confine.ts'
import type { Run } from '../../base/process/run.ts'
import { readScript } from '../../base/process/scripts.ts'
import { hostArchitecture } from '../images/plan-images.ts'
import type { Gate } from './registry-gate.ts'

/** What skopeo works with in one fetch. */
export interface FetchPlace {
  /** The one folder that it may write to; belongs to {@link fetcherAccount}, and has a folder `tmp`. */
  readonly work: string
  /** Of the agent, shown as they are. */
  readonly hostsFile: string
  /** With `*.crt` in it; null where none are trusted beside those of this machine. */
  readonly certificates: string | null
}

export interface FetchOptions {
  readonly gate: Gate
  readonly place: FetchPlace
  readonly registry: string
  /** Neither encryption nor a certificate is insisted on. */
  readonly insecure: boolean
  readonly credential: RegistryCredential | null
  readonly largestFile: number
  readonly signal: AbortSignal
}

/** Far above what accounts are, as those of machines: nothing else on this machine runs as it. */
const wantedAccount = 0x77ff_fff0
const nobody = 65_534
/** Longest that one attempt may take, whatever the registry does. */
const fetchMs = 6 * 60 * 60_000
const askMs = 5 * 60_000
/** What skopeo takes for a manifest at most, and a little more. */
const manifestBytes = 4 * 1024 * 1024 + 1024
const inside = { proxy: '/run/joey/proxy', direct: '/run/joey/direct', credentials: '/run/joey/auth.json' } as const
const trusted = ['/etc/ssl', '/etc/pki', '/etc/ca-certificates'] as const
const proxyPorts = [3128, 3129] as const

/** Whom skopeo runs as where the agent is root; it need not exist. */
export function fetcherAccount(): number {
  const [, , count = 0] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number)
  return wantedAccount < count ? wantedAccount : nobody
}

/** The bytes of a manifest, as the registry has it. */
export async function readManifest(run: Run, reference: string, options: FetchOptions): Promise<Buffer> {
  const { stdout } = await runSkopeo(run, ['inspect', '--raw', ...trust(options, ''), `docker://${reference}`], {
    ...options,
    timeoutMs: askMs,
    maxOutputBytes: manifestBytes,
  })
  return Buffer.from(stdout, 'latin1')
}

/** The bytes of an image's configuration. */
export async function readConfiguration(run: Run, reference: string, options: FetchOptions): Promise<Buffer> {
  const args = ['inspect', '--config', '--raw', ...trust(options, ''), `docker://${reference}`]
  const { stdout } = await runSkopeo(run, args, { ...options, timeoutMs: askMs, maxOutputBytes: manifestBytes })
  return Buffer.from(stdout, 'latin1')
}

/** Fetches an image into the OCI layout `layout` of the work folder. What lies there already is not fetched. */
export async function fetchLayers(run: Run, reference: string, options: FetchOptions): Promise<void> {
  const as = ['--dest-oci-accept-uncompressed-layers', '--remove-signatures']
  const args = ['copy', '--quiet', ...as, ...trust(options, 'src-'), `docker://${reference}`, 'oci:/work/layout:image']
  await runSkopeo(run, args, { ...options, timeoutMs: fetchMs })
}

/** Gives what lies in the folder `push` of the work folder, as skopeo's form `dir`, to a registry, byte for byte. */
export async function pushLayers(run: Run, reference: string, options: FetchOptions): Promise<void> {
  const as = ['--quiet', '--preserve-digests', '--remove-signatures', ...trust(options, 'dest-')]
  await runSkopeo(run, ['copy', ...as, 'dir:/work/push', `docker://${reference}`], { ...options, timeoutMs: fetchMs })
}

/** Whether a registry takes a name and a password: asks it, and changes nothing there. */
export async function tryCredential(run: Run, options: FetchOptions, credential: RegistryCredential): Promise<void> {
  const { registry } = options
  const as = ['--username', credential.username, '--password-stdin', '--authfile', '/work/tmp/auth.json']
  const insecure = options.insecure ? ['--tls-verify=false'] : []
  const args = ['login', ...as, ...insecure, ...certificates(options, ''), registry]
  await runSkopeo(run, args, { ...options, timeoutMs: askMs, input: credential.password })
}

function trust(options: FetchOptions, prefix: '' | 'src-' | 'dest-'): string[] {
  return [
    ...(options.insecure ? [`--${prefix}tls-verify=false`] : []),
    ...certificates(options, prefix),
    ...(options.credential === null
      ? [`--${prefix === '' ? '' : prefix}no-creds`]
      : ['--authfile', inside.credentials]),
  ]
}

function certificates({ place }: FetchOptions, prefix: '' | 'src-' | 'dest-'): string[] {
  return place.certificates === null ? [] : [`--${prefix}cert-dir`, '/run/joey/certificates']
}

interface RunSkopeo extends FetchOptions {
  readonly timeoutMs: number
  readonly maxOutputBytes?: number
  /** In place of the file of credentials. */
  readonly input?: string
}

async function runSkopeo(run: Run, args: readonly string[], options: RunSkopeo) {
  const { gate, signal, timeoutMs, maxOutputBytes, credential, registry } = options
  const proxyPort = gate.direct?.port === proxyPorts[0] ? proxyPorts[1] : proxyPorts[0]
  const platform = ['--override-os', 'linux', '--override-arch', hostArchitecture]
  const command = ['skopeo', '--insecure-policy', ...platform, '--tmpdir', '/work/tmp', ...args]
  const ways = [String(proxyPort), inside.proxy, String(gate.direct?.port ?? 0), inside.direct]
  const words = ['-c', readScript('reach-registry'), 'reach-registry', ...ways, ...command]
  const input = options.input ?? (credential === null ? undefined : fileOfCredential(registry, credential))
  const asFile = input !== undefined && options.input === undefined
  const [program, all] = confine('sh', words, confinementOf(options, proxyPort, asFile))
  return run(program, all, {
    ...{ signal, timeoutMs, encoding: 'latin1' as const },
    ...(maxOutputBytes !== undefined && { maxOutputBytes }),
    ...(input !== undefined && { input }),
  })
}

function confinementOf({ gate, place, largestFile }: RunSkopeo, proxyPort: number, asFile: boolean): Confinement {
  const proxy = `http://127.0.0.1:${proxyPort}`
  const show = (from: string, to: string, writable = false): Shown => ({ from, to, writable })
  return {
    work: place.work,
    temporary: '/work/tmp',
    environment: { HOME: '/work/tmp', HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '' },
    shown: [
      show(gate.proxySocket, inside.proxy, true),
      ...(gate.direct === null ? [] : [show(gate.direct.socket, inside.direct, true)]),
      show(place.hostsFile, '/etc/hosts'),
      ...(place.certificates === null ? [] : [show(place.certificates, '/run/joey/certificates')]),
      ...trusted.filter((path) => existsSync(path)).map((path) => show(path, path)),
    ],
    reach: {
      account: fetcherAccount(),
      largestFile,
      lowPorts: gate.direct !== null && gate.direct.port < 1024,
      ...(asFile && { inputAs: inside.credentials }),
    },
  }
}

/** As skopeo reads it. */
function fileOfCredential(registry: string, { username, password }: RegistryCredential): string {
  // A token stands for a name and a password, as with the helpers of Docker.
  if (username === '<token>') return JSON.stringify({ auths: { [registry]: { identitytoken: password } } })
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  return JSON.stringify({ auths: { [registry]: { auth } } })
}

/** The folders that Docker and its relatives keep the certificates of one registry in. */
export function certificateFolders(registry: string): readonly string[] {
  return ['/etc/containers/certs.d', '/etc/docker/certs.d'].map((folder) => join(folder, registry))
}
