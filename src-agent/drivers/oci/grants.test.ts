import { expect, test } from 'vitest'
import { defaultCapabilities, resolveGrants, toDeviceNode, toDeviceRule } from '../../engines/oci/grants.ts'

test('without grants there are the default capabilities, no device, and a filter of system calls', () => {
  expect(resolveGrants([])).toEqual({ capabilities: [...defaultCapabilities], devices: [], hasSeccomp: true })
})

test('a capability is added, once, and the filter goes only by its own grant', () => {
  const granted = resolveGrants([
    { kind: 'cap', name: 'SYS_ADMIN' },
    { kind: 'cap', name: 'SYS_ADMIN' },
    { kind: 'cap', name: 'CHOWN' },
  ])
  expect(granted.capabilities).toEqual([...defaultCapabilities, 'CAP_SYS_ADMIN'])
  expect(granted.hasSeccomp).toBe(true)
  expect(resolveGrants([{ kind: 'no-seccomp' }]).hasSeccomp).toBe(false)
})

test('a device has the numbers that it has here', () => {
  const [device] = resolveGrants([{ kind: 'device', path: '/dev/null' }]).devices
  if (!device) throw new Error('none')
  expect(toDeviceRule(device)).toEqual({ allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' })
  expect(toDeviceNode(device)).toMatchObject({ path: '/dev/null', type: 'c', major: 1, minor: 3, fileMode: 0o666 })
})

test.each(['/dev/no-such-device', '/dev', '/dev/../dev/null', '/dev/fd/0/x'])('%s is no device', (path) => {
  expect(() => resolveGrants([{ kind: 'device', path }])).toThrow(/There is no device/)
})
