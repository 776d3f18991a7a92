import { expect, test } from 'vitest'
import { maskOf } from '../../base/kernel/capabilities.ts'
import { findUnexpected } from './compare.ts'
import type { Holdings } from './holdings.ts'
import { expectations } from './roles.ts'

const fine: Holdings = {
  pid: 10,
  commandLine: 'sleep 1000',
  uid: 0,
  descriptors: ['/dev/null', 'pipe:[N]'],
  sharedNamespaces: [],
  effective: maskOf(['CHOWN', 'KILL']),
  bounding: maskOf(['CHOWN', 'KILL']),
  noNewPrivileges: true,
  isFiltered: true,
  mounts: ['/ overlay rw /', '/dev/.joey/probe ext4 ro /opt/joey/joey-inside'],
  threads: 1,
  environment: ['PATH', 'HOME'],
}

function unexpected(change: Partial<Holdings>): string[] {
  const expected = expectations.find(({ is }) => is(fine))
  if (!expected) throw new Error('No expectation.')
  return findUnexpected({ ...fine, ...change }, expected)
}

test('what is expected is passed over', () => {
  expect(unexpected({})).toEqual([])
})

test('an emulator that is root of this machine is reported', () => {
  const held = {
    ...fine,
    commandLine: '/usr/bin/qemu-system-x86_64 -nodefaults',
    effective: 0n,
    bounding: 0n,
    mounts: [],
  }
  const expected = expectations.find(({ is, classes }) => classes.includes('microvm') && is(held))
  if (!expected) throw new Error('No expectation.')
  expect(findUnexpected({ ...held, environment: [] }, expected)).toEqual([expect.stringMatching(/runs as root/)])
  expect(findUnexpected({ ...held, environment: [], uid: 1000 }, expected)).toEqual([])
})

test.each<[string, Partial<Holdings>, RegExp]>([
  ['a descriptor', { descriptors: ['/etc/shadow'] }, /descriptor \/etc\/shadow/],
  ['a namespace', { sharedNamespaces: ['net'] }, /net namespace/],
  ['a capability', { effective: maskOf(['CHOWN', 'SYS_ADMIN']) }, /SYS_ADMIN/],
  ['a capability within reach', { bounding: maskOf(['CHOWN', 'BPF']) }, /could get the capability BPF/],
  ['a missing filter', { isFiltered: false }, /no filter/],
  ['rights that can be gained', { noNewPrivileges: false }, /gain rights/],
  ['a mount', { mounts: ['/host ext4 rw /'] }, /mount \/host/],
  ['a writable probe', { mounts: ['/dev/.joey/probe ext4 rw /opt/joey/joey-inside'] }, /mount \/dev\/\.joey/],
  ['a thread', { threads: 2 }, /2 threads/],
  ['a variable', { environment: ['JOEY_TOKEN'] }, /variable JOEY_TOKEN/],
])('%s that is not expected is reported', (_what, change, words) => {
  expect(unexpected(change)).toEqual([expect.stringMatching(words)])
})
