import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AgentInfo } from '#contract/agent'
import { makeDesk, startDeskAgent } from '../testing/joey.ts'
import { shareDesk } from '../testing/shared-agent.ts'

const desk = shareDesk()

describe('the agent', () => {
  test('tells pid, version, socket and home, and starting it again changes nothing', async () => {
    const status = JSON.parse((await desk.joey(['agent', 'status', '--json'])).stdout) as AgentInfo
    expect(status).toMatchObject({ running: true, home: desk.home, socket: join(desk.home, 'run', 'joeyd.sock') })
    const again = await desk.joey(['agent', 'start'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toContain(`runs already (pid ${status.pid}`)
  })

  test('starts once when asked twice at the same moment', async () => {
    const other = makeDesk()
    try {
      const started = await Promise.all([other.joey(['agent', 'start']), other.joey(['agent', 'start'])])
      expect(started.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
        { code: 0, stderr: '' },
        { code: 0, stderr: '' },
      ])
      const pids = started.map(({ stdout }) => /pid (\d+)/.exec(stdout)?.[1])
      expect(pids[0]).toBe(pids[1])
    } finally {
      await other.dispose()
    }
  })

  test('stops with what runs on, is told missing by 3 and 69, and adopts after its return', async () => {
    const other = makeDesk()
    try {
      await startDeskAgent(other)
      await other.joey(['run', '-d', '--name', 'kept', 'busybox', 'sleep', '1000'])
      expect((await other.joey(['agent', 'stop'])).stdout).toBe('The agent has stopped. 1 sandbox runs on.\n')
      expect((await other.joey(['agent', 'status'])).code).toBe(3)
      expect(JSON.parse((await other.joey(['agent', 'status', '--json'])).stdout)).toMatchObject({ running: false })
      const missing = await other.joey(['ls'])
      expect(missing).toMatchObject({
        code: 69,
        stderr: 'joey: The agent is not running. Start it with "joey agent start".\n',
      })
      expect((await other.joey(['doctor'])).stdout).toContain('The agent is not running')
      await startDeskAgent(other)
      expect((await other.joey(['ls'])).stdout).toMatch(/kept .*running/)
    } finally {
      await other.dispose()
    }
  }, 60_000)

  test('killed in the middle of a run is told, and the sandbox runs on', async () => {
    const other = makeDesk()
    try {
      const { pid } = await startDeskAgent(other)
      const child = other.start(['run', '--name', 'survivor', 'busybox', 'sh', '-c', 'echo up; sleep 1000'])
      let words = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        words += chunk.toString()
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      process.kill(pid, 'SIGKILL')
      expect(await ended).toBe(125)
      expect(words).toContain('The connection to the agent broke off')
      await startDeskAgent(other)
      expect((await other.joey(['ls'])).stdout).toMatch(/survivor .*running/)
    } finally {
      await other.dispose()
    }
  }, 60_000)
})

describe('images', () => {
  test('what is not an archive is refused with a sentence, and nothing stays', async () => {
    const file = join(desk.home, 'not-an-archive')
    writeFileSync(file, randomBytes(4096))
    const before = (await desk.joey(['image', 'ls', '--json'])).stdout
    const ran = await desk.joey(['image', 'import', file])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/^joey: .+\.\n/)
    expect((await desk.joey(['image', 'ls', '--json'])).stdout).toBe(before)
  })
})
