import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort, untilAnswers } from '#contract/client/testing/loopback-port'
import { endGroup } from '../../base/process/kill-group.ts'
import { run, start, whenStarted } from '../../base/process/run.ts'
import type { Entry } from '../images/tar-builder.ts'

/** Debian's docker-registry on loopback, with nothing in it. */
export interface TestRegistry {
  readonly port: number
  /** As a reference begins. */
  readonly host: string
  /** Of the authority that its certificate is by, where it encrypts. */
  readonly authority: string
  /** Puts an image there, from the files of an OCI layout. */
  push(name: string, entries: readonly Entry[], ...options: readonly string[]): Promise<void>
  close(): Promise<void>
}

export interface RegistryOptions {
  readonly tls?: boolean
  readonly password?: { readonly username: string; readonly password: string }
}

export async function openRegistry({ tls = false, password }: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'joey-registry-'))
  const port = await freePort()
  const authority = join(folder, 'ca.crt')
  if (tls) await makeCertificates(folder)
  if (password) await writePassword(join(folder, 'htpasswd'), password)
  const lines = [
    'version: 0.1',
    'log: {level: error}',
    `storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}`,
    `http: {addr: "127.0.0.1:${port}", secret: ${randomBytes(8).toString('hex')}${
      tls ? `, tls: {certificate: ${join(folder, 'own.crt')}, key: ${join(folder, 'own.key')}}` : ''
    }}`,
    ...(password ? [`auth: {htpasswd: {realm: test, path: ${join(folder, 'htpasswd')}}}`] : []),
  ]
  const file = join(folder, 'registry.yml')
  await writeFile(file, lines.join('\n'))
  const child = start('docker-registry', ['serve', file])
  child.stdout.resume()
  child.stderr.resume()
  await whenStarted(child, 'docker-registry')
  await untilAnswers(port, 'docker-registry')
  const host = `127.0.0.1:${port}`
  return {
    ...{ port, host, authority },
    async push(name, entries, ...options) {
      const layout = await mkdtemp(join(folder, 'layout-'))
      for (const entry of entries) {
        const path = join(layout, String(entry.name))
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, entry.content ?? '')
      }
      const creds = password ? ['--dest-creds', `${password.username}:${password.password}`] : []
      const how = ['--insecure-policy', 'copy', '--all', '--quiet', '--dest-tls-verify=false', ...creds, ...options]
      await run('skopeo', [...how, `oci:${layout}`, `docker://${host}/${name}`])
    },
    async close() {
      await endGroup(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makeCertificates(folder: string): Promise<void> {
  const ssl = (...args: string[]) => run('openssl', args, { cwd: folder })
  const fresh = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await ssl(...fresh, '-subj', '/CN=Test authority', '-keyout', 'ca.key', '-out', 'ca.crt')
  const names = [
    '-addext',
    'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:reg.example',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
  ]
  const own = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    '-keyout',
    'own.key',
    '-out',
    'own.crt',
  ]
  await ssl(...fresh, ...own, ...names)
}

async function writePassword(
  file: string,
  { username, password }: { username: string; password: string },
): Promise<void> {
  // Of bcrypt, the only form that it takes; libcrypt makes it.
  const script = 'use strict; print crypt($ARGV[0], q($2y$05$) . q(abcdefghijklmnopqrstuu));'
  const { stdout } = await run('perl', ['-e', script, password])
  await writeFile(file, `${username}:${stdout}\n`)
}
