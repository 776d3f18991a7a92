import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { readAccounts } from './account-files.ts'

type Context = Parameters<typeof readAccounts>[0]
type Record = Parameters<typeof readAccounts>[1]

const record = {
  sandbox: { id: 'aaaa0000bbbb', imageDigest: 'sha256:0', class: 'microvm' },
  layers: [] as string[],
} as Record
let folder: string
let context: Context

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-accounts-'))
  context = {
    folder: { sandbox: () => ({ upper: join(folder, 'upper'), disk: join(folder, 'disk') }) },
    images: { accounts: () => ({ passwd: 'image', group: 'image' }) },
    drivers: new Map([['microvm', { disk: 'image' }]]),
  } as unknown as Context
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** An ext4 image with a tree that `fill` makes below `upper`. */
async function makeDisk(fill: (upper: string) => void): Promise<void> {
  const tree = join(folder, 'tree')
  mkdirSync(join(tree, 'upper/etc'), { recursive: true })
  fill(join(tree, 'upper'))
  writeFileSync(join(folder, 'disk'), '')
  await run('mke2fs', ['-q', '-t', 'ext4', '-d', tree, join(folder, 'disk'), '8M'])
}

test('accounts of a disk that the guest mounts are read from its file system without a mount', async () => {
  await makeDisk((upper) => writeFileSync(join(upper, 'etc/passwd'), 'ada:x:1000:1000::/home/ada:/bin/sh\n'))
  expect(await readAccounts(context, record)).toEqual({
    passwd: 'ada:x:1000:1000::/home/ada:/bin/sh\n',
    group: 'image',
  })
})

test('without a disk yet they are the image’s', async () => {
  expect(await readAccounts(context, record)).toEqual({ passwd: 'image', group: 'image' })
})

test('a link in a hostile disk leads nowhere on this machine, and what is no file system is no account', async () => {
  await makeDisk((upper) => {
    symlinkSync('/etc/passwd', join(upper, 'etc/passwd'))
    symlinkSync('/proc/self/environ', join(upper, 'etc/group'))
  })
  expect(await readAccounts(context, record)).toEqual({ passwd: 'image', group: 'image' })
  writeFileSync(join(folder, 'disk'), 'nonsense'.repeat(100_000))
  expect(await readAccounts(context, record)).toEqual({ passwd: 'image', group: 'image' })
})
