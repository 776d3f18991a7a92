import { createHash } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBlobStore } from './blob-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-blobs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Until this process reads a file that was in this folder. */
async function isRead(): Promise<void> {
  const reads = () =>
    readdirSync('/proc/self/fd').some((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith(folder)
      } catch {
        return false
      }
    })
  while (!reads()) await turn()
}

describe('what skopeo has written', () => {
  test('is taken in as what it was, whoever puts a link in its place meanwhile', async () => {
    const [victim, file] = [join(folder, 'victim'), join(folder, 'file')]
    writeFileSync(victim, 'of this machine', { mode: 0o600 })
    const content = Buffer.alloc(64 * 1024 * 1024, 'joey')
    writeFileSync(file, content)
    const digest = digestOf(content)
    const store = createBlobStore(join(folder, 'store'))
    const adopting = store.adopt(file, `sha256:${digest}`, content.length)
    await isRead()
    symlinkSync(victim, join(folder, 'link'))
    renameSync(join(folder, 'link'), file)
    expect(await adopting).toBe(true)
    expect(statSync(victim).mode & 0o777).toBe(0o600)
    expect(await readFile(join(folder, 'store', 'blobs', 'sha256', digest))).toHaveLength(content.length)
  })

  test.each([
    ['another content', 'other'],
    ['another size', 'longer than that'],
  ])('is not taken in, and not kept, where it has %s', async (_what, written) => {
    const file = join(folder, 'file')
    writeFileSync(file, written)
    const store = createBlobStore(join(folder, 'store'))
    expect(await store.adopt(file, `sha256:${digestOf(Buffer.from('right'))}`, 5)).toBe(false)
    expect(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([])
  })

  test('is not taken in where it is a link', async () => {
    const [victim, file] = [join(folder, 'victim'), join(folder, 'file')]
    writeFileSync(victim, 'right', { mode: 0o600 })
    symlinkSync(victim, file)
    const store = createBlobStore(join(folder, 'store'))
    expect(await store.adopt(file, `sha256:${digestOf(Buffer.from('right'))}`, 5)).toBe(false)
    expect(statSync(victim).mode & 0o777).toBe(0o600)
  })
})
