import { expect, test, vi } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { createGvisorReach } from './gvisor-reach.ts'

const id = 'aaaa0000bbbb' as SandboxId
const table = `UID       PID       PPID      C         TTY       STIME     TIME      CMD
0         1         0         0         ?         21:29     0s        sleep
1000      2         0         1         ?         21:31     30ms      sh
0         12        2         2         ?         21:31     10ms      a 7 8 9 b
0         13        12        2         ?         21:31     0s        sleep
0         14        1         2         ?         21:31     0s        sleep
`

function reachWith(code: number, stdout = '', stderr = '') {
  const engine = vi.fn(async () => ({ code, stdout, stderr }))
  return { engine, reach: createGvisorReach(engine, id) }
}

test('the tree is a process with what it and its children started, parents first', async () => {
  const { reach } = reachWith(0, table)
  expect(await reach.tree(2)).toEqual([2, 12, 13])
  expect(await reach.tree(13)).toEqual([13])
})

test('of a process that is gone, or a sandbox, there is no tree', async () => {
  expect(await reachWith(0, table).reach.tree(99)).toEqual([])
  expect(await reachWith(128, '', 'in state stopped').reach.tree(1)).toEqual([])
})

test('a table with a circle ends', async () => {
  const circle = 'UID PID PPID C TTY STIME TIME CMD\n0 1 2 0 ? 1 1 a\n0 2 1 0 ? 1 1 b\n'
  expect(await reachWith(0, circle).reach.tree(1)).toEqual([1, 2])
})

test('a signal goes to the number inside', async () => {
  const { engine, reach } = reachWith(0)
  await reach.signal(12, 'SIGHUP')
  expect(engine).toHaveBeenCalledExactlyOnceWith(['kill', '--pid', '12', id, 'HUP'], [0, 128])
})

test('what is gone is no error, what else fails is', async () => {
  await reachWith(128, '', 'no such process with PID 12').reach.signal(12, 'SIGTERM')
  await expect(reachWith(128, '', 'broken').reach.signal(12, 'SIGTERM')).rejects.toMatchObject({
    wire: { reason: 'signal-failed', detail: 'broken' },
  })
})
