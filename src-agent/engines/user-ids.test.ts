import { expect, test } from 'vitest'
import { nobodysIds } from '../base/kernel/id-ranges.ts'
import { groupMap, userMap } from './user-ids.ts'

/** Which id on the disk each id inside writes as. */
function idsOnDisk(map: string, first: number): Map<number, number> {
  const found = new Map<number, number>()
  for (const entry of map.split(',')) {
    const [disk = 0, here = 0, count = 0] = entry.split(' ').map(Number)
    for (let step = 0; step < count; step += 1) found.set(here - first + step, disk + step)
  }
  return found
}

const owners = [0, 7, 1000, 70_000]
const users = [0, 7, 999, 1000, 65_535]
const cases = owners.flatMap((owner) => users.map((user) => [owner, user] as const))

test.each(cases)('a folder of %i belongs to whom the sandbox runs as, %i', (owner, user) => {
  const onDisk = idsOnDisk(userMap(owner, user, 200_000), 200_000)
  expect(onDisk.get(user)).toBe(owner)
  expect([onDisk.size, new Set(onDisk.values()).size]).toEqual([65_536, 65_536])
  // Nobody inside writes as root of this machine but the owner of a folder that is root's.
  expect([...onDisk].find(([, disk]) => disk === 0)?.[0]).toBe(owner === 0 ? user : undefined)
  expect(onDisk.get(33)).toBe(33)
  for (const id of [0, owner]) {
    if (id !== user && id < 65_536) expect(onDisk.get(id)).toBe(nobodysIds + id)
  }
})

test.each(cases)(
  'of groups only that of the folder, %i, is one of this machine, for a process of group %i',
  (owner, group) => {
    const onDisk = idsOnDisk(groupMap(owner, group, 200_000), 200_000)
    expect([onDisk.size, new Set(onDisk.values()).size]).toEqual([65_536, 65_536])
    expect([...onDisk].filter(([, disk]) => disk < nobodysIds)).toEqual([[group, owner]])
  },
)

test('a folder that was left to somebody who is nobody here has an owner all the same', () => {
  for (const map of [userMap, groupMap]) {
    const onDisk = idsOnDisk(map(nobodysIds, 1000, 200_000), 200_000)
    expect(onDisk.get(1000)).toBe(nobodysIds)
    expect(new Set(onDisk.values()).size).toBe(onDisk.size)
    expect(onDisk.has(0)).toBe(false)
  }
})
