import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { withExposedPorts } from './exposed-ports.ts'

const portsOf = (ports: object[], ...declared: string[]) =>
  withExposedPorts(SandboxSpec.parse({ image: 'web', ports }), declared).ports

test('what an image declares is published on free ports, once, beside what is published already', () => {
  const web = { hostPort: 8080, guestPort: 80 }
  expect(portsOf([web], '80/tcp', '443', '443/tcp', '53/udp', '53/tcp')).toEqual([
    web,
    { hostPort: 0, guestPort: 443 },
    { hostPort: 0, guestPort: 53, protocol: 'udp' },
    { hostPort: 0, guestPort: 53 },
  ])
})

test('a range is each of its ports, and no more of them than a sandbox can have', () => {
  expect(portsOf([], '8000-8002').map(({ guestPort }) => guestPort)).toEqual([8000, 8001, 8002])
  expect(portsOf([], '1-65535')).toHaveLength(64)
})

test.each(['0', '65536', '9-8', 'http', '80/sctp', '', '-1', '1-'])('%j is no port', (text) => {
  expect(portsOf([], text)).toEqual([])
})
