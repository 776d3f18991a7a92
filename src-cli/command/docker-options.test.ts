import { expect, test } from 'vitest'
import { runFlags } from '../verbs/shared/run-flags.ts'
import { parseFlags } from './flags.ts'

test.each([
  [['--cap-add', 'net_admin'], '--grant cap:NET_ADMIN'],
  [['--cap-add=CAP_SYS_PTRACE'], '--grant cap:SYS_PTRACE'],
  [['--cap-add'], '--grant cap:NAME'],
  [['--device', '/dev/kvm:/dev/kvm:rwm'], '--grant device:/dev/kvm.'],
  [['--privileged'], 'granted by name'],
  [['--net', 'web'], '--network web'],
  [['--net=host'], '--grant host-network'],
  [['-P'], '-p PORT'],
  [['--publish-all'], '-p PORT'],
  [['--sysctl', 'net.core.somaxconn=1024'], 'cannot be chosen for one sandbox'],
  [['--pid', 'host'], 'its own processes'],
  [['--ipc=host'], 'shares memory with nobody'],
])('%j of Docker is refused with what there is in its place', (args, words) => {
  expect(() => parseFlags(runFlags, args, { passThrough: true })).toThrow(words)
})

test('a verb that makes no sandbox does not know them', () => {
  const flags = { force: { type: 'boolean', help: '' } } as const
  expect(() => parseFlags(flags, ['--privileged'], { passThrough: false })).toThrow('There is no option --privileged')
})

test('behind the image they belong to the command', () => {
  expect(parseFlags(runFlags, ['busybox', '--net', 'host'], { passThrough: true }).operands).toEqual([
    ...['busybox', '--net', 'host'],
  ])
})
