import { expect, test } from 'vitest'
import { parseConnections } from './open-connections.ts'
import { createConnectionGuard } from './require-no-connections.ts'

/** As gVisor 20221219 prints them; the rows of the tables and what has been counted are the tests' own. */
function printed({ rows = [] as string[], opens = 0, segments = 0, packets = 0 }): string {
  return `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
${rows.map((row, index) => `   ${index}: ${row} 00000000:00000000 00:00000000 00000000     0        0        5 2 0000000000000000 0 0 0 0 -1\n`).join('')}Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
Tcp: 1 200 120000 -1 ${opens} 0 0 0 0 ${segments} ${segments} 0 0 0 0
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     486       9    0    0    0     0          0         0      612       9    0    0    0     0       0          0
  eth0:       0       0    0    0    0     0          0         0      126       ${packets}    0    0    0     0       0          0
`
}

test('connections to elsewhere are named; loopback, listeners and closed ones are none', () => {
  const rows = [
    '0304630A:9AE8 01020304:01BB 01',
    '0304630A:9AE9 00000000:0000 02',
    '0100007F:1F90 0100007F:9000 01',
    '00000000:0050 00000000:0000 0A',
    '0304630A:0051 00000000:0000 07',
    'B80D0120000000000000000001000000:1F90 B80D0120000000000000000002000000:0016 08',
    '00000000000000000000000001000000:1F90 00000000000000000000000001000000:0016 01',
    '0000000000000000FFFF00000304630A:1F90 0000000000000000FFFF000008080808:0035 06',
  ]
  expect(parseConnections(printed({ rows })).open).toEqual([
    '10.99.4.3:39656 to 4.3.2.1:443',
    '10.99.4.3:39657 to an address that does not answer yet',
    '[2001:db8:0:0:0:0:0:1]:8080 to [2001:db8:0:0:0:0:0:2]:22',
    '10.99.4.3:8080 to 8.8.8.8:53',
  ])
})

test('a sandbox that has never spoken to elsewhere is saved at once', () => {
  const guard = createConnectionGuard(() => 0)
  expect(() => guard('a', printed({}))).not.toThrow()
  expect(() => guard('a', printed({ opens: 3, segments: 9 }))).not.toThrow()
  expect(() => guard('a', printed({ packets: 7 }))).not.toThrow()
})

test('one whose kernel says nothing may have had connections', () => {
  expect(() => createConnectionGuard(() => 0)('a', '  eth0: 0 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0\n')).toThrow(
    /short while ago/,
  )
})

test('an open connection is refused by name, and many are counted', () => {
  const guard = createConnectionGuard(() => 0)
  const rows = Array.from({ length: 8 }, () => '0304630A:9AE8 01020304:01BB 01')
  expect(() => guard('a', printed({ rows, opens: 8, packets: 80 }))).toThrow(
    /10\.99\.4\.3:39656 to 4\.3\.2\.1:443, .*3 more/,
  )
})

test('after a connection was closed, saving waits until nothing has been heard for as long as gVisor may keep it', () => {
  let now = 0
  const guard = createConnectionGuard(() => now)
  const closed = printed({ opens: 1, segments: 9, packets: 9 })
  expect(() => guard('a', closed)).toThrow(/in 125 s/)
  now = 100_000
  expect(() => guard('a', closed)).toThrow(/in 25 s/)
  expect(() => guard('b', closed)).toThrow(/in 125 s/)
  now = 126_000
  expect(() => guard('a', closed)).not.toThrow()
  expect(() => guard('a', printed({ opens: 1, segments: 10, packets: 10 }))).toThrow(/in 125 s/)
})
