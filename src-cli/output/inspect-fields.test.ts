import { expect, test } from 'vitest'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import { inspectFields } from './inspect-fields.ts'
import { formatRows } from './row-format.ts'

const spec = SandboxSpec.parse({
  image: 'busybox',
  env: { A: '1' },
  restartPolicy: 'on-failure:3',
  labels: { team: 'a' },
})
const web = {
  ...{ id: '0123456789ab', name: 'web', state: 'stopped', image: 'busybox:latest', imageDigest: 'sha256:ab', spec },
  ...{ argv: ['sleep', '5'], createdAt: '2026-01-01T00:00:00Z', startedAt: '2026-01-01T00:00:01Z', class: 'container' },
  ...{ exit: { code: 7, reason: 'exited', at: '2026-01-01T00:00:02Z', message: '' }, pid: null, address: null },
  ...{ ports: [{ hostPort: 8080, guestPort: 80 }], restarts: 2, restartsAt: null, health: null },
} as unknown as Sandbox
const shown = (format: string) => formatRows(format, [web], inspectFields).join('\n')

test.each([
  ['{{.State.Status}} {{.State.Running}} {{.State.ExitCode}}', 'exited false 7'],
  ['{{.Id}} {{.Name}} {{.RestartCount}}', '0123456789ab web 2'],
  ['{{.Config.Image}} {{json .Config.Env}}', 'busybox:latest ["A=1"]'],
  ['{{.HostConfig.RestartPolicy.Name}}', 'on-failure'],
  ['{{json .NetworkSettings.Ports}}', '{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}'],
  ['{{.State.Health.Status}}|{{.NetworkSettings.IPAddress}}|{{.State.Pid}}', 'none||0'],
  ['{{.spec.labels.team}} {{.exit.code}}', 'a 7'],
])('%s is what Docker or the JSON calls so', (format, text) => {
  expect(shown(format)).toBe(text)
})

test('what waits to be started again is restarting, and a name that there is not is refused', () => {
  const waits: Sandbox = { ...web, restartsAt: '2026-01-01T00:00:03Z' }
  expect(formatRows('{{.State.Status}}', [waits], inspectFields)).toEqual(['restarting'])
  expect(() => shown('{{.State.Colour}}')).toThrow('State.Status')
})
