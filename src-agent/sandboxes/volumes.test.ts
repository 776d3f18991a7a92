import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { takeVolumes, volumeUsers, withImageVolumes } from './volumes.ts'

const specOf = (more: object) => SandboxSpec.parse({ image: 'db', ...more })
const recordOf = (name: string, spec: SandboxSpec) => ({ sandbox: { name, spec } }) as unknown as SandboxRecord

test('what an image declares is mounted where nothing else is, and never where the engine has something', () => {
  const spec = specOf({
    volumes: [{ volume: 'data', target: '/data/' }],
    mounts: [{ source: '/srv', target: '/site' }],
    tmpfs: ['/scratch'],
  })
  const declared = [
    '/data',
    '/site/',
    '/scratch',
    '/var//lib',
    '/var/lib',
    '/',
    '/proc/x',
    '/dev',
    'relative',
    '/a/../b',
  ]
  expect(withImageVolumes(spec, declared).volumes.slice(1)).toEqual([
    { volume: null, target: '/var/lib', readOnly: false },
  ])
})

test('a sandbox gets what it names, made where it is not there, and one of its own for the rest', () => {
  const there = new Set(['old'])
  const made: (string | undefined)[] = []
  const store = {
    has: (name: string) => there.has(name),
    create: ({ name }: { readonly name?: string }) => {
      made.push(name)
      return { name: name ?? 'f'.repeat(64), anonymous: name === undefined, labels: {}, createdAt: '' }
    },
  }
  const spec = specOf({
    volumes: [
      // Who asks does not say what belongs to a sandbox.
      { volume: 'old', target: '/a', own: true },
      { volume: 'new', target: '/b' },
      { target: '/c' },
    ],
  })
  const taken = takeVolumes(store, recordOf('db', spec))
  expect(taken.record.sandbox.spec.volumes).toEqual([
    { volume: 'old', target: '/a', readOnly: false },
    { volume: 'new', target: '/b', readOnly: false },
    { volume: 'f'.repeat(64), target: '/c', readOnly: false, own: true },
  ])
  expect(made).toEqual(['new', undefined])
  expect(taken.made).toEqual(['new', 'f'.repeat(64)])
})

test('who uses a volume is known of every sandbox, also of one whose record cannot be read', () => {
  const records = {
    all: () => [
      recordOf('web', specOf({ volumes: [{ volume: 'data', target: '/a' }] })),
      recordOf('other', specOf({ volumes: [{ volume: 'data2', target: '/a' }] })),
    ],
    unreadable: () => [
      { table: 'sandboxes' as const, id: 'aaaaaaaaaaaa', text: '{"volumes":[{"volume":"data"', why: '', at: '' },
    ],
  }
  expect(volumeUsers(records, 'data')).toEqual(['web', 'aaaaaaaaaaaa'])
  expect(volumeUsers(records, 'dat')).toEqual([])
})
