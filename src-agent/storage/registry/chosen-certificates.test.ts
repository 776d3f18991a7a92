import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyChosenCertificates } from './chosen-certificates.ts'

let folder: string
const at = (name: string) => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-certificates-'))
  writeFileSync(at('secret'), 'of this machine')
  mkdirSync(at('shared'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('certificates are copied as they are', async () => {
  writeFileSync(at('shared/own.crt'), 'certificate')
  await copyChosenCertificates(at('shared/own.crt'), [at('shared')], at('copy'))
  expect(readFileSync(at('copy'), 'utf8')).toBe('certificate')
})

test.each([
  ['a link that a sandbox may have left', () => symlinkSync(at('secret'), at('shared/own.crt')), 'path-through-link'],
  ['a pipe', () => execFileSync('mkfifo', [at('shared/own.crt')]), 'path-unreadable'],
  ['a folder', () => mkdirSync(at('shared/own.crt')), 'path-unreadable'],
  ['nothing', () => undefined, 'path-unreadable'],
])('%s in the place of certificates is refused at once', async (_what, make, reason) => {
  make()
  const copying = copyChosenCertificates(at('shared/own.crt'), [at('shared')], at('copy'))
  await expect(copying).rejects.toMatchObject({ wire: { reason } })
})

test('what is larger than certificates are is refused', async () => {
  writeFileSync(at('own.crt'), '')
  truncateSync(at('own.crt'), 2 ** 33)
  const copying = copyChosenCertificates(at('own.crt'), [], at('copy'))
  await expect(copying).rejects.toMatchObject({ wire: { params: { code: 'EFBIG' } } })
})
