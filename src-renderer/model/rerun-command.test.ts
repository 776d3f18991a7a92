import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { rerunCommand } from './rerun-command.ts'

const spec = SandboxSpec.parse({
  ...{
    image: 'busybox',
    class: 'gvisor',
    command: ['sh', '-c', 'sleep 1'],
    networkName: 'lan',
    env: { KEY: 'secret' },
  },
  ports: [
    { hostPort: 8080, guestPort: 80 },
    { hostPort: 9090, guestPort: 90 },
  ],
  mounts: [{ source: '/srv', target: '/srv' }],
  grants: [{ kind: 'cap', name: 'NET_ADMIN' }],
})

test('the command makes the same with what is changed, and reveals no secret', () => {
  const command = rerunCommand({ name: 'web', spec }, { ports: spec.ports.slice(1) })
  expect(command).toBe(
    "joey run -d --name web-new --class gvisor --network lan -p 9090:90 -v /srv:/srv --grant cap:NET_ADMIN busybox -- sh -c 'sleep 1'",
  )
})

test('a mount made read-only says so', () => {
  const mounts = spec.mounts.map((mount) => ({ ...mount, readOnly: true }))
  expect(rerunCommand({ name: 'web', spec }, { mounts })).toContain('-v /srv:/srv:ro')
})
