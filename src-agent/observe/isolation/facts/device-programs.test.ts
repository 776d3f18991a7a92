import { expect, test, vi } from 'vitest'
import { createDevicePrograms, type ListDevices } from './device-programs.ts'

const answered = async (list: ListDevices) => {
  const programs = createDevicePrograms(list, '/nowhere')
  expect(programs.read('/joey/a', 7)).toBeNull()
  await vi.waitFor(() => expect(list).toHaveBeenCalled())
  await new Promise((resolve) => setImmediate(resolve))
  return programs
}

test.each([
  ['the everyday ones are not listed', 'c 1:3 rwm\nc 5:0 rwm\nc 136:3 rwm\n', []],
  ['what may only be made is none', 'b 7:0 m\nc 10:232 m\n', []],
  ['what is known has its name', 'c 10:232 rw\n', [{ name: '/dev/kvm', access: 'rw' }]],
  ['who may use one that nobody has may use all', 'c 511:1048575 rw\n', [{ name: 'every device', access: 'rwm' }]],
] as const)('%s', async (_rule, text, devices) => {
  const list = vi.fn<ListDevices>(async () => text)
  expect((await answered(list)).read('/joey/a', 7)).toEqual(devices)
  expect(list).toHaveBeenCalledTimes(1)
})

test('it stays unknown where it cannot be found out, and is asked for again of another process', async () => {
  const list = vi.fn<ListDevices>(async () => null)
  const programs = await answered(list)
  expect(programs.read('/joey/a', 7)).toBeNull()
  expect(list).toHaveBeenCalledTimes(1)
  programs.keep(new Set([8]))
  programs.read('/joey/a', 7)
  expect(list).toHaveBeenCalledTimes(2)
})
