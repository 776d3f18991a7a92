import { expect, test } from 'vitest'
import { parseLongMount } from './long-mount.ts'

const read = (text: string) => parseLongMount(text, { cwd: '/home/me/here', home: '/home/me' })

test('a path with a colon takes the long form', () => {
  const value = { source: '/home/me/here/a:b', target: '/x:y', readOnly: true }
  expect(read('source=./a:b,target=/x:y,ro')).toEqual({ field: 'mounts', value })
  expect(read('"source=./a,b",target=/x').value).toMatchObject({ source: '/home/me/here/a,b', target: '/x' })
})

test.each([
  ['type=bind,source=/a,target=/b', 'mounts', { source: '/a', target: '/b', readOnly: false }],
  ['type=bind,src=a,dst=/b,readonly', 'mounts', { source: '/home/me/here/a', target: '/b', readOnly: true }],
  ['type=bind,source=/a,destination=/b,readonly=false', 'mounts', { source: '/a', target: '/b', readOnly: false }],
  [
    'type=bind,source=/a,target=/b,bind-propagation=rprivate',
    'mounts',
    { source: '/a', target: '/b', readOnly: false },
  ],
  ['type=volume,source=data,target=/b', 'volumes', { volume: 'data', target: '/b', readOnly: false }],
  ['source=data,target=/b,readonly', 'volumes', { volume: 'data', target: '/b', readOnly: true }],
  ['type=volume,target=/b,volume-nocopy', 'volumes', { volume: null, target: '/b', readOnly: false, copy: false }],
  ['target=/b', 'volumes', { volume: null, target: '/b', readOnly: false }],
  ['type=tmpfs,target=/b', 'tmpfs', '/b'],
  ['type=tmpfs,target=/b,tmpfs-size=64m,tmpfs-mode=1777', 'tmpfs', '/b:size=67108864'],
] as const)('%s is what Docker means by it', (text, field, value) => {
  expect(read(text)).toEqual({ field, value })
})

test.each([
  ['source=/a', /type=bind,source=SOURCE,target=TARGET/],
  ['type=bind,target=/a', /type=bind,source=SOURCE,target=TARGET/],
  ['source=/a,target=b', /start with a slash/],
  ['source=/a,target=/b,quick', /"quick"/],
  ['source=/a,target=/b,readonly=perhaps', /"readonly=perhaps"/],
  ['source=/a,target=/b,rw,ro', /either ro or rw/],
  ['type=npipe,target=/b', /bind, volume or tmpfs, not "npipe"/],
  ['type=bind,source=/a,target=/b,bind-propagation=rshared', /never shows on the other, so "rshared"/],
  ['type=volume,source=/a,target=/b', /"\/a" is not the name of a volume/],
  ['type=volume,source=a,target=/b,recursive', /"recursive" means nothing for the type "volume"/],
  ['type=tmpfs,source=a,target=/b', /"source" means nothing for the type "tmpfs"/],
  ['type=bind,source=/a,target=/b,volume-nocopy', /"nocopy" means nothing for the type "bind"/],
  ['type=tmpfs,target=/b,tmpfs-mode=700', /"tmpfs-mode=700"/],
])('%s is refused', (text, reason) => {
  expect(() => read(text)).toThrow(reason)
})
