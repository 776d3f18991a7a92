import { expect, test } from 'vitest'
import { defaultCapabilities, resolveGrants, toDeviceNode, toDeviceRule } from './grants.ts'

test('without grants there are the default capabilities, no device, and a filter of system calls', () => {
  expect(resolveGrants({ grants: [], dropped: [] })).toEqual({
    capabilities: [...defaultCapabilities],
    devices: [],
    hasSeccomp: true,
  })
})

test('a capability is added, once, and the filter goes only by its own grant', () => {
  const names = ['SYS_ADMIN', 'SYS_ADMIN', 'CHOWN']
  const granted = resolveGrants({ grants: names.map((name) => ({ kind: 'cap', name })), dropped: [] })
  expect(granted.capabilities).toEqual([...defaultCapabilities, 'CAP_SYS_ADMIN'])
  expect(granted.hasSeccomp).toBe(true)
  expect(resolveGrants({ grants: [{ kind: 'no-seccomp' }], dropped: [] }).hasSeccomp).toBe(false)
})

test('what makes nodes, gives files capabilities, writes to the log of this machine or forges frames is not among the defaults', () => {
  for (const name of ['MKNOD', 'SETFCAP', 'AUDIT_WRITE', 'NET_RAW']) {
    expect(defaultCapabilities).not.toContain(`CAP_${name}`)
    expect(resolveGrants({ grants: [{ kind: 'cap', name }], dropped: [] }).capabilities).toContain(`CAP_${name}`)
  }
})

test('a capability can be given up, or all of them, and a grant gives one back', () => {
  const of = (dropped: string[], grants: { kind: 'cap'; name: string }[] = []) =>
    resolveGrants({ grants, dropped }).capabilities
  expect(of(['CHOWN', 'KILL'])).toEqual(defaultCapabilities.filter((name) => !['CAP_CHOWN', 'CAP_KILL'].includes(name)))
  expect(of(['ALL'])).toEqual([])
  expect(of(['ALL'], [{ kind: 'cap', name: 'CHOWN' }])).toEqual(['CAP_CHOWN'])
  expect(of(['CHOWN'], [{ kind: 'cap', name: 'CHOWN' }])).toContain('CAP_CHOWN')
})

test('a device has the numbers that it has here', () => {
  const [device] = resolveGrants({ grants: [{ kind: 'device', path: '/dev/null' }], dropped: [] }).devices
  if (!device) throw new Error('none')
  expect(toDeviceRule(device)).toEqual({ allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' })
  expect(toDeviceNode(device)).toMatchObject({ path: '/dev/null', type: 'c', major: 1, minor: 3, fileMode: 0o666 })
})

test.each(['/dev/no-such-device', '/dev', '/dev/../dev/null', '/dev/fd/0/x'])('%s is no device', (path) => {
  expect(() => resolveGrants({ grants: [{ kind: 'device', path }], dropped: [] })).toThrow(/There is no device/)
})
