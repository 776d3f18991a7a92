import { expect, test } from 'vitest'
import { SandboxSpec, SpecChange } from '#contract/sandbox'
import { readChange } from './read-change.ts'

const present = SandboxSpec.parse({
  image: 'busybox',
  env: { A: '1', B: '2' },
  labels: { team: 'web' },
  ports: [
    { hostPort: 8080, guestPort: 80 },
    { hostPort: 0, guestPort: 443 },
  ],
  mounts: [{ source: '/srv', target: '/www' }],
  extraHosts: ['db:192.0.2.7'],
  networkName: 'lan',
})
const around = { cwd: '/', env: { HOME: '/root', FROM_HERE: 'x' } }
const read = (...texts: string[]) => readChange(texts, present, around)

test.each([
  [['memory=512m', 'cpus=0.5'], { limits: { memoryBytes: 512 * 2 ** 20, cpus: 0.5 } }],
  [['memory=0', 'pids=-1'], { limits: { memoryBytes: null, pids: null } }],
  [['publish=81:80'], { ports: [{ hostPort: 81, guestPort: 80 }] }],
  [
    ['ports=81:80', 'ports=82:82'],
    {
      ports: [
        { hostPort: 81, guestPort: 80 },
        { hostPort: 82, guestPort: 82 },
      ],
    },
  ],
  [['ports='], { ports: [] }],
  [['ports+=9:9'], { ports: [...present.ports, { hostPort: 9, guestPort: 9 }] }],
  [['ports+=8080:80'], { ports: [present.ports[1], present.ports[0]] }],
  [['ports-=8080', 'ports+=8080:81'], { ports: [present.ports[1], { hostPort: 8080, guestPort: 81 }] }],
  [
    ['publish+=1:1', 'ports+=2:2'],
    { ports: [...present.ports, ...[1, 2].map((n) => ({ hostPort: n, guestPort: n }))] },
  ],
  [['ports+=8080:53/udp'], { ports: [...present.ports, { hostPort: 8080, guestPort: 53, protocol: 'udp' }] }],
  [['ports-=8080'], { ports: [present.ports[1]] }],
  [['ports-=443'], { ports: [present.ports[0]] }],
  [['env+=B=3', 'env+=FROM_HERE', 'env-=A'], { env: { B: '3', FROM_HERE: 'x' } }],
  [['env=ONLY=a=b'], { env: { ONLY: 'a=b' } }],
  [['label+=x'], { labels: { team: 'web', x: '' } }],
  [['volume+=/:/host:ro'], { mounts: [present.mounts[0], { source: '/', target: '/host', readOnly: true }] }],
  [['mounts-=/www'], { mounts: [] }],
  [['volume+=data:/srv:ro'], { volumes: [{ volume: 'data', target: '/srv', readOnly: true }] }],
  [['volume+=data:/www'], { mounts: [], volumes: [{ volume: 'data', target: '/www' }] }],
  [
    ['volumes=cache:/c', 'volume+=/own'],
    { mounts: [], volumes: [{ volume: 'cache' }, { volume: null, target: '/own' }] },
  ],
  [['add-host-=db'], { extraHosts: [] }],
  [['restart=on-failure:3'], { restartPolicy: 'on-failure:3' }],
  [['stop-timeout=3'], { stopGraceMs: 3000 }],
  [['network=other'], { network: 'nat', networkName: 'other', moreNetworks: [] }],
  [['network=nat'], { network: 'nat', networkName: null, moreNetworks: [] }],
  [['network=none'], { network: 'none', networkName: null, moreNetworks: [] }],
  [['network=one,two'], { network: 'nat', networkName: 'one', moreNetworks: ['two'] }],
  [["command=sh -c 'echo hi'"], { command: ['sh', '-c', 'echo hi'] }],
  [['command=', 'workdir='], { command: null, cwd: null }],
  [
    ['health-cmd=test -e /ok', 'health-retries=2'],
    { healthCheck: { command: ['/bin/sh', '-c', 'test -e /ok'], retries: 2 } },
  ],
  [['no-healthcheck=true'], { healthCheck: { command: [] } }],
  [['image=web:2', 'tty=true'], { image: 'web:2', tty: true }],
])('%j is the change %j', (texts, change) => {
  const got = read(...texts)
  expect(got).toMatchObject(change)
  expect(Object.keys(got).toSorted()).toEqual(Object.keys(change).toSorted())
  expect(SpecChange.safeParse(got).success).toBe(true)
})

test.each([
  [
    ['publish=1:80', 'publish=1:81'],
    [80, 81],
  ],
  [
    ['publish=1:80', 'publish=1:80'],
    [80, 80],
  ],
  [
    ['publish=1:80', 'publish+=1:81'],
    [80, 81],
  ],
  [['publish+=8080:81'], [80, 443, 81]],
])('no mapping of %j is thrown away, so that the agent refuses one port twice', (texts, guestPorts) => {
  expect(read(...texts).ports?.map(({ guestPort }) => guestPort)).toEqual(guestPorts)
})

test.each([
  ['memory=1g', 'memory=2g', 'memory'],
  ['pids=1', 'pids-limit=2', 'pids'],
  ['restart=no', 'restartPolicy=always', 'restart'],
  ['network=lan', 'network=none', 'network'],
  ['health-retries=1', 'health-retries=2', 'health-retries'],
])('%s with %s gives one value twice, which is wrong usage', (first, second, field) => {
  const sentence = `"${field}" has one value, and is given twice.`
  expect(() => read(first, second)).toThrow(expect.objectContaining({ message: sentence }))
})

test.each([
  ['memory', /write FIELD=VALUE/],
  ['memory+=1m', /"memory" has one value/],
  ['image+=x', /"image" has one value/],
  ['network-=lan', /"network" has one value/],
  ['prots=80', /Did you mean ports\?/],
  ['toString=80', /There is no field "toString"/],
  ['class=gvisor', /joey class set/],
  ['grant+=cap:SYS_ADMIN', /joey grant/],
  ['env-=C', /There is no "C" among its env/],
  ['ports-=1', /There is no "1" among its ports/],
  ['tty=perhaps', /tty is on or off/],
  ['ports=x', /not a port/],
  ['restart=bogus', /^--restart: It is started again by: no, always,/],
  ['volume-=/nowhere', /There is no "\/nowhere" among its volume/],
])('%s is refused in terms of fields', (text, problem) => {
  expect(() => read(text)).toThrow(problem)
})

test('a volume of its own stays where others take the place of others, and goes when it is named', () => {
  const own = { volume: 'a'.repeat(64), target: '/data', readOnly: false, own: true }
  const named = { volume: 'pg', target: '/pg', readOnly: false }
  const has = { ...present, volumes: [own, named] }
  expect(readChange(['volume=other:/o'], has, around).volumes).toMatchObject([own, { volume: 'other' }])
  expect(readChange(['volume-=/data'], has, around).volumes).toEqual([named])
  expect(readChange(['volume-=pg:/pg'], has, around).volumes).toEqual([own])
})

test('a check of health and none are refused together, as by run', () => {
  expect(() => read('health-cmd=true', 'no-healthcheck=true')).toThrow(/--no-healthcheck/)
  expect(() => read('no-healthcheck=', 'health-retries=2')).toThrow(/--no-healthcheck/)
  expect(read('no-healthcheck=false', 'health-cmd=true').healthCheck?.command).toEqual(['/bin/sh', '-c', 'true'])
})
