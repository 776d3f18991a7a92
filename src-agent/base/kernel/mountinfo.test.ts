import { expect, test } from 'vitest'
import { createHostPaths, isOfKernel, isWithin, parseMountinfo } from './mountinfo.ts'

const recorded = `126 98 0:39 / / rw,relatime - overlay joey rw,lowerdir=/l,upperdir=/u,workdir=/w
127 126 0:43 / /proc rw,nosuid - proc proc rw
146 126 254:0 /srv/a\\040b /da\\134ta ro,nosuid shared:1 master:2 - ext4 /dev/vda rw,discard
147 126 254:0 /srv/c /c rw - ext4 /dev/vda ro
148 127 0:6 /null /proc/keys ro,relatime - devtmpfs devtmpfs rw
garbage
`

test('lines are read with their escapes undone, whatever optional fields they have', () => {
  const lines = parseMountinfo(recorded)
  expect(lines).toHaveLength(5)
  expect(lines[2]).toEqual({
    id: 146,
    parent: 126,
    device: '254:0',
    root: '/srv/a b',
    target: '/da\\ta',
    writable: false,
    type: 'ext4',
    source: '/dev/vda',
  })
})

test('a read-only file system makes a mount of it read-only', () => {
  expect(parseMountinfo(recorded)[3]?.writable).toBe(false)
})

test('what the kernel makes up is not a file of the host', () => {
  expect(
    parseMountinfo(recorded)
      .filter((line) => !isOfKernel(line))
      .map(({ root }) => root),
  ).toEqual(['/srv/a b', '/srv/c'])
})

test('a tree is named as the host has it, by the nearest mount', () => {
  const find = createHostPaths(`20 1 8:1 / / rw - ext4 /dev/sda1 rw
21 20 8:2 / /home rw - ext4 /dev/sda2 rw
22 20 8:2 /ann/work /work rw - ext4 /dev/sda2 rw
`)
  const at = (device: string, root: string) =>
    find({ id: 1, parent: 1, device, root, target: '', writable: true, type: 'ext4', source: '' })
  expect(at('8:1', '/srv/x')).toBe('/srv/x')
  expect(at('8:1', '/')).toBe('/')
  expect(at('8:2', '/bob')).toBe('/home/bob')
  expect(at('8:2', '/ann/work/one')).toBe('/work/one')
  expect(at('8:2', '/ann/workshop')).toBe('/home/ann/workshop')
  expect(at('9:9', '/x')).toBeNull()
})

test('a name that only begins like another is not within it', () => {
  expect([
    isWithin('/srv/a', '/srv'),
    isWithin('/srv', '/srv'),
    isWithin('/srvx', '/srv'),
    isWithin('/x', '/'),
  ]).toEqual([true, true, false, true])
})
