import { expect, test } from 'vitest'
import { parseMountinfo } from '../kernel/mountinfo.ts'
import { aliasesOf, mountsOfPath, readMountTable } from './mounts-of-path.ts'
import { openHostPath } from './open-host-path.ts'

const table = parseMountinfo(`20 1 8:1 / / rw - ext4 /dev/sda1 rw
21 20 8:2 / /home rw - ext4 /dev/sda2 rw
22 20 8:1 /etc /srv/other rw - ext4 /dev/sda1 rw
23 20 8:2 /ann/work /work rw - ext4 /dev/sda2 rw
24 23 0:5 / /work/kernel rw - proc proc rw
`)
const mount = (id: number) => table.find((line) => line.id === id) ?? expect.unreachable()

test('a thing that is mounted twice has two names', () => {
  expect(aliasesOf(mount(22), '/srv/other/ssh', table)).toEqual(['/etc/ssh'])
  expect(aliasesOf(mount(22), '/srv/other', table)).toEqual(['/etc'])
  expect(aliasesOf(mount(20), '/etc/ssh', table)).toEqual(['/srv/other/ssh'])
  expect(aliasesOf(mount(21), '/home/ann/work/one', table)).toEqual(['/work/one'])
  expect(aliasesOf(mount(23), '/work', table)).toEqual(['/home/ann/work'])
  expect(aliasesOf(mount(20), '/opt', table)).toEqual([])
})

test('the mount of a held path is found by its descriptor, with what is mounted below', async () => {
  const held = await openHostPath('/proc', { links: 'never' })
  try {
    const now = readMountTable()
    expect(mountsOfPath(held, now).type).toBe('proc')
    const own = now.find(({ target }) => target === '/proc')
    const more = parseMountinfo('9001 1 0:5 / /proc/below rw - tmpfs none rw\n9002 1 0:5 / /process rw - tmpfs none rw')
    expect(own).toBeDefined()
    expect(mountsOfPath(held, [...now, ...more]).below).toEqual(
      expect.arrayContaining([expect.objectContaining({ target: '/proc/below', type: 'tmpfs' })]),
    )
    expect(mountsOfPath(held, [...now, ...more]).below.map(({ target }) => target)).not.toContain('/process')
  } finally {
    await held.close()
  }
})
