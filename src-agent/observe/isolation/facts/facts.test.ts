import { expect, test } from 'vitest'
import { capabilityNames, maskOf } from '../../../base/kernel/capabilities.ts'
import { parseDevices } from './limits.ts'
import { parsePacketFilter } from './packet-filter.ts'
import { mapsUsers, parseStatus } from './process.ts'

const status = `Name:\tevil\\nCapEff:\\tffff
Umask:\t0022
State:\tS (sleeping)
Uid:\t0\t100\t0\t0
Gid:\t0\t101\t0\t0
CapInh:\t0000000000000000
CapPrm:\t00000000a80425fb
CapEff:\t00000000a80425fb
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
Seccomp_filters:\t3
`

test('privileges are read from the status of a process, whatever it calls itself', () => {
  expect(parseStatus(status)).toEqual({
    uid: 100,
    gid: 101,
    permitted: 0xa80425fbn,
    effective: 0xa80425fbn,
    bounding: 0x1ffffffffffn,
    noNewPrivileges: true,
    seccompMode: 2,
    seccompFilters: 3,
  })
  expect(parseStatus('')).toBeNull()
})

test('a kernel that does not report the number of filters still reports the mode', () => {
  expect(parseStatus(status.replace(/Seccomp_filters.*\n/, ''))).toMatchObject({ seccompMode: 2, seccompFilters: 0 })
})

test('capabilities have their names, and one that is younger its number', () => {
  expect(capabilityNames(maskOf(['CAP_SYS_ADMIN', 'CHOWN']))).toEqual(['CHOWN', 'SYS_ADMIN'])
  expect(maskOf(['SYS_ADMIN'])).toBe(1n << 21n)
  expect(maskOf(['CHECKPOINT_RESTORE'])).toBe(1n << 40n)
  expect(capabilityNames(1n << 50n)).toEqual(['CAP_50'])
})

test('a map of everything to itself is no map', () => {
  expect(mapsUsers('         0          0 4294967295')).toBe(false)
  expect(mapsUsers('         0     100000      65536')).toBe(true)
  expect(mapsUsers('')).toBe(true)
})

const everyday =
  'c *:* m\nb *:* m\nc 1:3 rwm\nc 1:8 rwm\nc 1:7 rwm\nc 5:0 rwm\nc 1:5 rwm\nc 1:9 rwm\nc 5:1 rwm\nc 136:* rwm\nc 5:2 rwm\n'

test('the devices of every container are not reported, all others are', () => {
  expect(parseDevices(everyday)).toEqual([])
  expect(parseDevices(`${everyday}c 10:232 rw\nb 254:0 rwm\n`)).toEqual([
    { name: '/dev/kvm', access: 'rw' },
    { name: 'b 254:0', access: 'rwm' },
  ])
  expect(parseDevices('a *:* rwm\n')).toEqual([{ name: 'every device', access: 'rwm' }])
  expect(parseDevices('c *:* rwm\n')).toEqual([{ name: 'c *:*', access: 'rwm' }])
})

test('senders, members of networks and published ports come from the packet filter', () => {
  const table = (...entries: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...entries] })
  const bridge = table(
    {
      set: {
        name: 'senders',
        elem: [{ concat: ['jyx2', '02:4a', '10.0.0.2'] }, { elem: { val: { concat: ['jyx3'] } } }],
      },
    },
    {
      map: {
        name: 'networks',
        elem: [
          ['jyx2', 1786773505],
          ['jyx3', '0x6a790001'],
        ],
      },
    },
    { rule: { expr: [] } },
  )
  const inet = table(
    { map: { name: 'published', elem: [[8080, { concat: ['10.0.0.2', 80] }], 'odd'] } },
    { set: { name: 'inside', elem: ['10.0.0.3'] } },
  )
  expect(parsePacketFilter(bridge, inet)).toEqual({
    guarded: new Set(['jyx2', 'jyx3']),
    networks: new Map([
      ['jyx2', '1786773505'],
      ['jyx3', '0x6a790001'],
    ]),
    inside: new Set(['10.0.0.3']),
    published: [{ hostPort: 8080, address: '10.0.0.2', guestPort: 80 }],
  })
  expect(parsePacketFilter(table({ set: { name: 'senders' } }), '').guarded.size).toBe(0)
})
