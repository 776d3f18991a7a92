import { expect, test } from 'vitest'
import { parsePublish } from './port.ts'

test.each([
  ['8080:80', 8080, 80],
  ['80', 0, 80],
  ['127.0.0.1:8080:80', 8080, 80],
  ['localhost:8080:80/tcp', 8080, 80],
  ['127.0.0.1::80', 0, 80],
  ['0:80', 0, 80],
])('%s publishes host %d as guest %d', (text, hostPort, guestPort) => {
  expect(parsePublish(text)).toEqual([{ hostPort, guestPort }])
})

test('a port of UDP says so', () => {
  expect(parsePublish('5353:53/udp')).toEqual([{ hostPort: 5353, guestPort: 53, protocol: 'udp' }])
})

test('a range is as many ports on both sides', () => {
  expect(parsePublish('8000-8002:80-82/udp')).toEqual(
    [0, 1, 2].map((at) => ({ hostPort: 8000 + at, guestPort: 80 + at, protocol: 'udp' })),
  )
  expect(parsePublish('80-81')).toEqual([80, 81].map((guestPort) => ({ hostPort: 0, guestPort })))
})

test.each([
  ['0.0.0.0:80:80', /on 127.0.0.1 only/],
  [':80:80', /never on all addresses/],
  ['80:80/sctp', /only ports of TCP and UDP/],
  ['80:80/udp/tcp', /only ports of TCP and UDP/],
  ['80:0', /from 1 to 65535/],
  ['70000:80', /from 1 to 65535/],
  ['-1:80', /not a port/],
  ['80-90:80', /as many ports/],
  ['90-80:90-80', /goes up/],
  ['0-1:1-2', /from 1 to 65535/],
  ['80-90x:80', /not a port/],
  ['', /not a port/],
  ['1:2:3:4', /not a port/],
])('%j is refused', (text, reason) => {
  expect(() => parsePublish(text)).toThrow(reason)
})
