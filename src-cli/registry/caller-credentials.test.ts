import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hub, type ImageReference, parseReference } from '#contract/image-reference'
import { findCredential } from './caller-credentials.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-credentials-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const write = (path: string, content: unknown, mode = 0o600): void => {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), typeof content === 'string' ? content : JSON.stringify(content), { mode })
}
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })
const find = (ref: string, env = {}) =>
  findCredential(parseReference(ref) as ImageReference, { HOME: home, PATH: `${home}/bin:/usr/bin:/bin`, ...env })

test('what docker keeps is found, for Docker’s hub by the address that it writes', async () => {
  write('.docker/config.json', {
    auths: { [`https://${hub.aliases[0]}/v1/`]: auth('hub:of:it'), 'reg.example:5000': auth('ann:secret') },
  })
  expect(await find('debian')).toEqual({ username: 'hub', password: 'of:it' })
  expect(await find('reg.example:5000/x')).toEqual({ username: 'ann', password: 'secret' })
  expect(await find('other.example/x')).toBeNull()
})

test('what podman keeps goes first, and for a part of a registry before the whole', async () => {
  write('.docker/config.json', { auths: { 'reg.example': auth('docker:1') } })
  write('run/containers/auth.json', { auths: { 'reg.example': auth('podman:2'), 'reg.example/team': auth('team:3') } })
  const env = { XDG_RUNTIME_DIR: join(home, 'run') }
  expect(await find('reg.example/team/web', env)).toMatchObject({ username: 'team' })
  expect(await find('reg.example/other/web', env)).toMatchObject({ username: 'podman' })
  expect(await find('reg.example/other/web')).toMatchObject({ username: 'docker' })
})

test('a helper is asked for this registry, and a token is one', async () => {
  write(
    'bin/docker-credential-test',
    '#!/bin/sh\nread server\nprintf \'{"Username":"%s","Secret":"s"}\' "$server"\n',
    0o700,
  )
  write('.docker/config.json', {
    credHelpers: { 'reg.example': 'test' },
    auths: { 'tok.example': { identitytoken: 'T' } },
  })
  expect(await find('reg.example/x')).toEqual({ username: 'reg.example', password: 's' })
  expect(await find('tok.example/x')).toEqual({ username: '<token>', password: 'T' })
  write('.docker/config.json', { credsStore: 'test' })
  expect(await find('debian')).toEqual({ username: `https://${hub.aliases[0]}/v1/`, password: 's' })
})

test.each([
  ['no JSON', '{'],
  ['another form', '[1]'],
  ['an entry without a colon', { auths: { 'reg.example': auth('nobody') } }],
  ['a helper that is not there', { credsStore: 'missing' }],
  ['a helper that is a path', { credsStore: '../../bin/sh' }],
])('%s is no credential', async (_what, content) => {
  write('.docker/config.json', content)
  expect(await find('reg.example/x')).toBeNull()
})
