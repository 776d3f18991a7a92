import { describe, expect, test } from 'vitest'
import { createSandbox } from '#contract/sandbox'
import { parseFlags } from '../../command/flags.ts'
import { runFlags } from '../run-flags.ts'
import { readRunRequest } from '../run-spec.ts'

function read(...args: string[]) {
  const { values, operands } = parseFlags(runFlags, args, { passThrough: true })
  const request = readRunRequest(values, operands, { cwd: '/', env: { HOME: '/root', FROM_HERE: 'yes' } })
  return createSandbox.request.parse(request)
}

describe('run', () => {
  test('without options leaves every choice to the contract', () => {
    expect(read('busybox').spec).toMatchObject({
      image: 'busybox',
      command: null,
      tty: false,
      stdin: false,
      network: 'nat',
      limits: { memoryBytes: null, cpus: null, pids: 4096 },
    })
  })

  test.each([[['busybox', 'ls', '-l']], [['busybox', '--', 'ls', '-l']], [['--', 'busybox', 'ls', '-l']]])(
    '%j runs ls -l',
    (args) => {
      expect(read(...args).spec.command).toEqual(['ls', '-l'])
    },
  )

  test('takes the options of Docker', () => {
    const line =
      '-it --rm --name box -e A=1 -e FROM_HERE -m 64m --cpus 0.3 --pids-limit 20 -w /w -u 1:2 -v /tmp:/t:ro -p 8080:80 ' +
      '--network nat -h host --read-only --class container -l a=b --stop-timeout 3 busybox sh'
    expect(read(...line.split(' '))).toMatchObject({
      name: 'box',
      spec: {
        tty: true,
        stdin: true,
        removeOnExit: true,
        env: { A: '1', FROM_HERE: 'yes' },
        limits: { memoryBytes: 64 * 2 ** 20, cpus: 0.3, pids: 20 },
        cwd: '/w',
        user: '1:2',
        mounts: [{ kind: 'bind', source: '/tmp', target: '/t', readOnly: true }],
        ports: [{ hostPort: 8080, guestPort: 80 }],
        network: 'nat',
        hostname: 'host',
        readOnlyRoot: true,
        class: 'container',
        labels: { a: 'b' },
        stopGraceMs: 3000,
        command: ['sh'],
      },
    })
  })

  test('an empty entrypoint drops that of the image', () => {
    expect(read('--entrypoint', '', 'busybox', 'ls').spec.entrypoint).toEqual([])
    expect(read('--entrypoint', 'sh -c', 'busybox').spec.entrypoint).toEqual(['sh', '-c'])
  })

  test.each([
    [['--name', 'Not Good', 'busybox'], /^--name: A name has/],
    [['-u', 'a b', 'busybox'], /^--user: A user is/],
    [['-w', 'relative', 'busybox'], /^--workdir: A path inside/],
    [['-v', '/tmp:/', 'busybox'], /^--volume: A mount cannot replace the root/],
    [['-v', '/tmp:/a/../b', 'busybox'], /^--volume: .*must not contain/],
    [['--network', 'bridge', 'busybox'], /nat here/],
    [['--network', 'host', 'busybox'], /^--network host: .*--grant host-network/],
    [['--class', 'vm', 'busybox'], /container, gvisor or microvm/],
    [['--hostname', 'Ä', 'busybox'], /^--hostname: /],
  ])('%j is refused in terms of the command line', (args, reason) => {
    expect(() => read(...args)).toThrow(reason)
  })
})
