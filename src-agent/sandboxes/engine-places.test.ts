import { expect, test } from 'vitest'
import { isMountPoint } from './engine-places.ts'

const folder = { kind: 'folder', size: 0 } as const
const emptyFile = { kind: 'file', size: 0 } as const

test.each([
  ['dev', folder],
  ['dev/.joey', folder],
  ['dev/.joey/probe', emptyFile],
  ['dev/.joey/stat-flags.so', emptyFile],
  ['etc/hosts', emptyFile],
  ['etc/ld.so.preload', emptyFile],
])('%s was made by an engine to mount on', (path, node) => {
  expect(isMountPoint(path, node)).toBe(true)
})

test.each([
  ['dev/.joey/probe', { kind: 'file', size: 1 } as const],
  ['dev/.joey/link', { kind: 'link', size: 0 } as const],
  ['dev/.joeys', folder],
  ['dev/own', emptyFile],
  ['etc/hosts', { kind: 'file', size: 5 } as const],
])('%s was written by a sandbox', (path, node) => {
  expect(isMountPoint(path, node)).toBe(false)
})
