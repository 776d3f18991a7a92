import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sandboxFields } from '#contract/sandbox-fields'
import { createSandbox } from '#contract/sandbox-operations'
import { parseFlags } from '../../command/flags.ts'
import { readGrant } from '../isolation/grant.ts'
import { fieldFlags, runFlags } from '../shared/run-flags.ts'
import { checkRunRequest } from './explain-refusal.ts'
import { readFields, readRunRequest } from './run-spec.ts'

function read(...args: string[]) {
  const { values, operands } = parseFlags(runFlags, args, { passThrough: true })
  const surroundings = { cwd: '/', env: { HOME: '/root', FROM_HERE: 'yes' }, grants: values.grant.map(readGrant) }
  const request = readRunRequest(values, operands, surroundings)
  checkRunRequest(request)
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
      limits: { cpus: null, pids: 4096 },
    })
  })

  test('takes the options of a check of health, whose 0 is the usual value', () => {
    const line =
      '--health-interval 5s --health-timeout 1.5s --health-retries 2 --health-start-period 1m --health-start-interval 0 busybox'
    expect(read('--health-cmd', 'test -e /ok', ...line.split(' ')).spec.healthCheck).toEqual({
      command: ['/bin/sh', '-c', 'test -e /ok'],
      ...{ intervalMs: 5000, timeoutMs: 1500, retries: 2, startPeriodMs: 60_000, startIntervalMs: null },
    })
    expect(read('busybox').spec.healthCheck).toBeNull()
    expect(read('--no-healthcheck', 'busybox').spec.healthCheck).toMatchObject({ command: [] })
  })

  test('takes what it may use of this machine, and refuses a lower score for want of memory', () => {
    const line =
      '--cpuset-cpus 0-1 -c 512 --memory-reservation 64m --memory-swap -1 --blkio-weight 300 --oom-score-adj 700'
    const rates = ['--device-read-bps', '/dev/sda:1mb', '--device-write-bps', '/dev/sda:5']
    expect(read(...line.split(' '), ...rates, 'busybox').spec).toMatchObject({
      ...{ cpusetCpus: '0-1', cpuShares: 512, memoryReservationBytes: 64 * 2 ** 20, memorySwapBytes: -1 },
      ...{ blkioWeight: 300, oomScoreAdj: 700, deviceReadBps: ['/dev/sda:1048576'], deviceWriteBps: ['/dev/sda:5'] },
    })
    expect(() => read('--oom-score-adj', '-5', 'busybox')).toThrow('500 to 1000')
    expect(() => read('--cpu-shares', 'many', 'busybox')).toThrow('not a whole number')
    expect(() => read('--cpuset-cpus', 'all', 'busybox')).toThrow('0-2,5')
  })

  test('takes processor time in two numbers too, but not twice', () => {
    expect(read('--cpu-quota', '50000', 'busybox').spec.limits.cpus).toBe(0.5)
    expect(read('--cpu-period', '20000', '--cpu-quota', '50000', 'busybox').spec.limits.cpus).toBe(2.5)
    expect(read('--cpu-quota', '-1', 'busybox').spec.limits.cpus).toBeNull()
    expect(read('--cpu-period', '20000', 'busybox').spec.limits.cpus).toBeNull()
    expect(() => read('--cpus', '1', '--cpu-quota', '50000', 'busybox')).toThrow('Leave one of them out')
    expect(() => read('--cpu-quota', 'all', 'busybox')).toThrow('whole number')
  })

  test('takes labels of a file before those of options', () => {
    const folder = mkdtempSync(join(tmpdir(), 'joey-labels-'))
    writeFileSync(join(folder, 'labels'), '# team\nteam=a\n\n  bare\ncolour=red\n')
    const options = ['--label-file', join(folder, 'labels'), '-l', 'colour=blue']
    expect(read(...options, 'busybox').spec.labels).toEqual({ team: 'a', bare: '', colour: 'blue' })
    expect(() => read('--label-file', join(folder, 'none'), 'busybox')).toThrow('--label-file')
    rmSync(folder, { recursive: true })
  })

  test('takes limits of processes as Docker does', () => {
    const options = ['--ulimit', 'nofile=1024:2048', '--ulimit', 'nproc=50', '--ulimit', 'memlock=-1:unlimited']
    expect(read(...options, 'busybox').spec.ulimits).toEqual(['nofile=1024:2048', 'nproc=50:50', 'memlock=-1:-1'])
    expect(() => read('--ulimit', 'nofile=2:1', 'busybox')).toThrow('not above the hard one')
    expect(() => read('--ulimit', 'odd=1', 'busybox')).toThrow('setrlimit')
    expect(() => read('--ulimit', 'nofile', 'busybox')).toThrow('nofile=1024')
  })

  test.each([
    [['--no-healthcheck', '--health-cmd', 'true'], 'usage-no-healthcheck'],
    [['--health-interval', '10ms'], 'usage-check-short'],
    [['--health-timeout', 'soon'], 'usage-duration'],
    [['--health-retries', '-1'], 'usage-retries'],
  ])('%j is refused', (options, problem) => {
    expect(() => read(...options, 'busybox')).toThrow(
      expect.objectContaining({
        wire: expect.objectContaining({ params: expect.objectContaining({ 'problem.reason': problem }) }),
      }),
    )
  })

  test.each([[['busybox', 'ls', '-l']], [['busybox', '--', 'ls', '-l']], [['--', 'busybox', 'ls', '-l']]])(
    '%j runs ls -l',
    (args) => {
      expect(read(...args).spec.command).toEqual(['ls', '-l'])
    },
  )

  test('takes the options of Docker', () => {
    const line =
      '-it --rm --name box -e A=1 -e FROM_HERE -m 64m --cpus 0.3 --pids-limit 20 --disk 10g -w /w -u 1:2 -v /tmp:/t:ro -p 8080:80 ' +
      '--network nat -h host --read-only --class container -l a=b --stop-timeout 3 busybox sh'
    expect(read(...line.split(' '))).toMatchObject({
      name: 'box',
      spec: {
        tty: true,
        stdin: true,
        removeOnExit: true,
        env: { A: '1', FROM_HERE: 'yes' },
        limits: { memoryBytes: 64 * 2 ** 20, cpus: 0.3, pids: 20, diskBytes: 10 * 2 ** 30 },
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

  test('capabilities are given up by the names that people write', () => {
    expect(read('--cap-drop', 'cap_kill,chown', '--cap-drop', 'NET_BIND_SERVICE', 'busybox').spec).toMatchObject({
      dropCapabilities: ['KILL', 'CHOWN', 'NET_BIND_SERVICE'],
    })
  })

  test('groups, hosts and name servers are lists, in the order in which they are given', () => {
    const line = '--group-add 7 --group-add video --add-host db:192.0.2.7 --add-host v6:[::1] --dns 192.0.2.53'
    const more = '--dns-search a.example --dns-search . --dns-option ndots:2 --stop-signal RTMIN+3 busybox'
    expect(read(...line.split(' '), ...more.split(' ')).spec).toMatchObject({
      extraGroups: ['7', 'video'],
      extraHosts: ['db:192.0.2.7', 'v6:[::1]'],
      ...{ dnsServers: ['192.0.2.53'], dnsSearch: ['a.example', '.'], dnsOptions: ['ndots:2'], stopWith: 'RTMIN+3' },
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
    [['--add-host', 'db', 'busybox'], /^--add-host: A further host is NAME:ADDRESS/],
    [['--add-host', 'db:example.org', 'busybox'], /^--add-host: The address of a further host/],
    [['--dns', 'localhost', 'busybox'], /^--dns: A name server is an IPv4 address/],
    [['--dns-search', 'a b', 'busybox'], /^--dns-search: A search domain/],
    [['--dns-option', 'nameserver 1', 'busybox'], /^--dns-option: An option of the resolver/],
    [['--group-add', 'a:b', 'busybox'], /^--group-add: A group is/],
    [['--stop-signal', 'a b', 'busybox'], /^--stop-signal: /],
  ])('%j is refused in terms of the command line', (args, reason) => {
    expect(() => read(...args)).toThrow(reason)
  })
})

test('a field that is added to the table of fields is an option, and reaches the request', () => {
  const keyboard = {
    flag: { name: 'keyboard', type: 'string', value: 'NAME', help: 'Keyboard inside.' },
    takesEffect: 'created',
    isPolicy: false,
    restored: 'then',
    inBundle: 'carried',
  } as const
  const table = { ...sandboxFields, keyboard }
  const flags = fieldFlags(table)
  expect(flags['keyboard']).toEqual({ type: 'string', value: 'NAME', help: 'Keyboard inside.' })

  const { values } = parseFlags({ ...runFlags, ...flags }, ['--keyboard', 'pt', '--user', 'me'], {
    passThrough: true,
  })
  const surroundings = { env: {}, grants: [], cwd: '/' }
  expect(readFields(values, surroundings, table)).toMatchObject({ keyboard: 'pt', user: 'me' })
})
