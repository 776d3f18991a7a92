import { expect, test } from 'vitest'
import { capabilityNames, formatGrant } from './grant-text.ts'
import { parseGrant } from './parse-grant.ts'
import { CapabilityName } from './sandbox.ts'

test.each([
  ['host-path:/etc:rw', { kind: 'host-path', path: '/etc', access: 'rw' }],
  ['host-path:/srv/a:b:ro', { kind: 'host-path', path: '/srv/a:b', access: 'ro' }],
  ['host-path:/srv/x:rw:ro', { kind: 'host-path', path: '/srv/x:rw', access: 'ro' }],
  ['cap:SYS_ADMIN', { kind: 'cap', name: 'SYS_ADMIN' }],
  ['host-network', { kind: 'host-network' }],
  ['device:/dev/net/tun', { kind: 'device', path: '/dev/net/tun' }],
  ['no-seccomp', { kind: 'no-seccomp' }],
  ['new-privileges', { kind: 'new-privileges' }],
] as const)('%s is read and written the same', (text, grant) => {
  expect(parseGrant(text)).toEqual(grant)
  expect(formatGrant(grant)).toBe(text)
})

test('a path without access is for reading', () => {
  expect(parseGrant('host-path:/etc')).toEqual({ kind: 'host-path', path: '/etc', access: 'ro' })
})

test.each(['cap:sys_admin', 'cap:CAP_SYS_ADMIN', 'cap:cap_sys_admin'])('%s is SYS_ADMIN', (text) => {
  expect(parseGrant(text)).toEqual({ kind: 'cap', name: 'SYS_ADMIN' })
})

test.each([
  '',
  'root',
  'host-path',
  'host-path:',
  'host-path:etc',
  'cap',
  'cap:',
  'cap:1',
  'device:/etc/passwd',
  'host-network:yes',
  'no-seccomp:',
  'new-privileges:yes',
  'host-path:/a\0b',
])('"%s" is refused with the forms that there are', (text) => {
  expect(() => parseGrant(text)).toThrow(
    expect.objectContaining({
      wire: expect.objectContaining({ reason: 'grant-not-readable', message: expect.stringContaining('cap:NAME') }),
    }),
  )
})

test('every capability of Linux can be named', () => {
  expect(capabilityNames).toHaveLength(41)
  expect(capabilityNames.indexOf('CHECKPOINT_RESTORE')).toBe(40)
  for (const name of capabilityNames) expect(CapabilityName.safeParse(name).success).toBe(true)
})
