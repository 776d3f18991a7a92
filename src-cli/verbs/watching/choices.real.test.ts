import { expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const joey = (...args: string[]) => testAgent.joey(args)

test('lists are filtered and take the form that was asked for', async () => {
  await testAgent.startSleeper('web', '-l', 'team=a', '-p', '0:80')
  await testAgent.startSleeper('db', '-l', 'team=b')
  await joey('stop', '-t', '0', 'db')
  expect((await joey('ls', '--format', '{{.Name}} {{.spec.labels.team}}')).stdout).toBe('web a\n')
  expect((await joey('ls', '-a', '--filter', 'status=exited', '--format', '{{.Name}}')).stdout).toBe('db\n')
  expect((await joey('ls', '--filter', 'image=busy*', '--filter', 'label=team', '-q')).stdout).toMatch(
    /^[0-9a-f]{12}\n$/,
  )
  expect((await joey('ls', '--format', 'table {{.Name}}\\t{{.Class}}')).stdout).toBe('NAME   CLASS\nweb    container\n')
  expect((await joey('image', 'ls', '--filter', 'name=busybox', '--format', '{{.Repository}}')).stdout).toBe(
    'busybox\n',
  )
  expect(await joey('ls', '--format', '{{.Nmae}}')).toMatchObject({ code: 64, stdout: '' })
})

test('a log is read between two times and by a text', async () => {
  await joey('run', '--name', 'writer', 'busybox', 'sh', '-c', 'echo one; echo two; echo one more')
  expect((await joey('logs', '--grep', 'one', 'writer')).stdout).toBe('one\none more\n')
  expect((await joey('logs', '--until', '1h', 'writer')).stdout).toBe('')
  expect((await joey('logs', '--since', '1h', '--until', '0s', 'writer')).stdout).toBe('one\ntwo\none more\n')
})

test('events of the past are told by time and by what they are of, and end there', async () => {
  const ran = await joey('events', '--json', '--since', '1h', '--until', '0s', '--filter', 'sandbox=writer')
  const lines = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.length).toBeGreaterThan(1)
  expect(new Set(lines.map(({ sandbox }) => sandbox.name))).toEqual(new Set(['writer']))
  expect(lines.at(-1).sandbox.state).toBe('stopped')
  expect((await joey('events', '--since', '1h', '--until', '30m')).stdout).toBe('')
  expect((await joey('events', '--since', '1h', '--until', '0s', '--filter', 'type=image')).stdout).not.toContain(
    'sandbox',
  )
})

test('top shows the processes inside', async () => {
  expect((await joey('top', 'web')).stdout).toMatch(/sleep 1000/)
  const listed = JSON.parse((await joey('top', '--json', 'web')).stdout)
  expect(listed.columns).toContain('PID')
  expect(listed.rows[0].at(-1)).toBe('sleep 1000')
})

test('prune shows what would go, does not ask nobody, and leaves what runs', async () => {
  expect((await joey('prune', '--dry-run')).stdout).toMatch(/db[\s\S]*writer|writer[\s\S]*db/)
  expect(await joey('prune')).toMatchObject({ code: 64, stdout: '' })
  expect((await testAgent.list('-a')).map(({ name }) => name).toSorted()).toEqual(['db', 'web', 'writer'])
  expect((await joey('prune', '-f', '--filter', 'label=team=b')).stdout).toBe('db\n')
  expect((await joey('prune', '-f', '--filter', 'until=1h')).stdout).toBe('')

  const { pty, waitFor, exited } = testAgent.pty(['prune'])
  await waitFor('[y/N]')
  pty.write('n\r')
  expect(await exited).toBe(0)
  expect((await testAgent.list('-a')).map(({ name }) => name).toSorted()).toEqual(['web', 'writer'])
  const again = testAgent.pty(['prune'])
  await again.waitFor('[y/N]')
  again.pty.write('y\r')
  expect(await again.exited).toBe(0)
  expect((await testAgent.list('-a')).map(({ name }) => name)).toEqual(['web'])
})
