import { expect, test } from 'vitest'
import { describeRawSockets } from './raw-sockets.ts'

const means = '--grant cap:NET_RAW gives them'

test.each(['ping', '/bin/ping', 'traceroute'])('%s that failed without raw sockets is explained', (program) => {
  const name = program.split('/').at(-1)
  expect(describeRawSockets([program, 'web'], [], means)).toBe(
    `joey: "${name}" may need raw sockets, which were not granted. --grant cap:NET_RAW gives them.`,
  )
})

test.each([
  ['another program', ['wget', 'web'], []],
  ['no command', [], []],
  ['a grant of them', ['ping', 'web'], [{ kind: 'cap' as const, name: 'NET_RAW' }]],
])('with %s nothing is said', (_what, argv, grants) => {
  expect(describeRawSockets(argv, grants, means)).toBeNull()
})
