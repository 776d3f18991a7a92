import { randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import { familiarName, type ImageReference, isLoopback, wholeName } from '#contract/image-reference'
import type { Settings } from '#contract/settings'
import { copyChosenCertificates } from './chosen-certificates.ts'
import { explainFetch } from './fetch-failures.ts'
import type { Attempt } from './fetch-image.ts'
import { readTarget } from './gate-rules.ts'
import type { PullParts, PullRequest } from './pull-types.ts'
import { type GateFacts, openGate } from './registry-gate.ts'
import { certificateFolders, type FetchPlace } from './registry-tool.ts'

export interface AttemptSetting {
  readonly staging: string
  readonly work: string
  readonly reference: ImageReference
  readonly request: PullRequest
}

/** Each attempt gets a gate of its own: what it has seen explains how that attempt ended. */
export async function openAttempts(
  { deps, sockets }: PullParts,
  { staging, work, reference, request }: AttemptSetting,
) {
  const { registry } = reference
  const now = deps.settings()
  const place = await openPlace({ staging, work, registry, settings: now, untrusted: deps.untrusted?.() ?? [] })
  const isInsecure = now.insecureRegistries.includes(registry)
  // As in Docker: what is on this very machine needs no certificate. Where one was chosen, it is checked if there is one.
  let insecure = isInsecure || (isLoopback(registry) && place.certificates === null)
  const credential = deps.logins.find(registry) ?? request.credential
  let facts: GateFacts = { receivedBytes: 0, refused: [], unreachable: [], broken: false, exceeded: false }
  const attempt: Attempt = async ({ mostBytes, largestFile, signal }, act) => {
    const folder = join(sockets, randomBytes(4).toString('hex'))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const rules = { registry, plain: isInsecure, allowHosts: [...now.registryHosts, ...request.allowHosts] }
    const gate = await openGate({ ...rules, folder, mostBytes, proxy: proxyOf(now) })
    const options = { gate, place, registry, credential, largestFile, signal }
    try {
      return await act({ ...options, insecure }).catch((error: unknown) => {
        if (insecure || !isLoopback(registry) || !speaksPlain(error)) throw error
        insecure = true
        return act({ ...options, insecure })
      })
    } finally {
      facts = gate.facts()
      gate.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
  const names = () => deps.images.list().flatMap((image) => image.names)
  // A login asks for no image.
  const here = reference.path === '' ? null : names
  const asked = { registry, whole: wholeName(reference), name: familiarName(reference), here }
  return { attempt, explain: (error: unknown) => explainFetch(error, facts, asked) }
}

function speaksPlain(error: unknown): boolean {
  return /server gave HTTP response to HTTPS client/.test(AppError.from(error).wire.detail ?? '')
}

function proxyOf({ registryProxy }: Settings) {
  return registryProxy === null ? null : readTarget(registryProxy.slice('http://'.length), 3128)
}

interface PlaceWish {
  readonly staging: string
  readonly work: string
  readonly registry: string
  readonly settings: Settings
  /** Folders in which a sandbox may write. */
  readonly untrusted: readonly string[]
}

/** Files of the agent that are shown to skopeo. */
async function openPlace({ staging, work, registry, settings, untrusted }: PlaceWish): Promise<FetchPlace> {
  const hostsFile = join(staging, 'hosts')
  await writeFile(hostsFile, '127.0.0.1 localhost\n', { mode: 0o644 })
  const certificates = join(staging, 'certificates')
  await mkdir(certificates, { mode: 0o755 })
  const { registryCertificates: own } = settings
  if (own !== null) {
    await copyChosenCertificates(own, untrusted, join(certificates, 'chosen.crt'))
  }
  for (const folder of certificateFolders(registry)) {
    for (const file of await readdir(folder).catch(() => [])) {
      if (/^[\w.-]+\.(crt|cert|key)$/.test(file)) await copyFile(join(folder, file), join(certificates, file))
    }
  }
  // Whom it is shown to is nobody; outside of the confinement the folder above keeps others out.
  for (const file of await readdir(certificates)) await chmod(join(certificates, file), 0o444)
  return { work, hostsFile, certificates: (await readdir(certificates)).length > 0 ? certificates : null }
}
