import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const joey = (...args: string[]) => testAgent.joey(args)

test('the past of a sandbox, a class and this machine is a table, JSON or CSV', async () => {
  await joey('run', '-d', '--name', 'busy', 'busybox', 'sh', '-c', 'while :; do :; done')
  let table = ''
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && table.split('\n').length < 4; await sleep(300)) {
    table = (await joey('stats', '--since', '10s', '--step', '1s', 'busy')).stdout
  }
  expect(table).toMatch(/^TIME +CPU % +MOST %/)
  const [past] = JSON.parse((await joey('stats', '--json', '--since', '10s', '--class', 'container')).stdout)
  expect(past).toMatchObject({ name: 'container', step: 1 })
  const csv = (await joey('stats', '--since', '1h', '--step', '60s', '--format', 'csv')).stdout.trim().split('\n')
  expect(csv[0]).toMatch(/^time,name,cpu,cpu_min,cpu_max,/)
  expect(csv.at(-1)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z,,[\d.]+,/)
  await joey('rm', '-f', 'busy')
})

test('words that do not go together are refused', async () => {
  expect(await joey('stats', '--step', '10s')).toMatchObject({ code: 64 })
  expect(await joey('stats', '--since', '1h', '--step', '0s')).toMatchObject({ code: 64 })
  expect(await joey('stats', '--since', '1h', '--format', 'xml')).toMatchObject({ code: 64 })
  expect(await joey('stats', '--since', '1h', '--class', 'gvisor', 'web')).toMatchObject({ code: 64 })
})
