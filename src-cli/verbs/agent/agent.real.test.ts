import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AgentInfo } from '#contract/agent'
import { makeTestAgent, startTestAgent } from '../../testing/joey.ts'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()

describe('the agent', () => {
  test('reports pid, version, socket and home, and starting it again changes nothing', async () => {
    const status = JSON.parse((await testAgent.joey(['agent', 'status', '--json'])).stdout) as AgentInfo
    expect(status).toMatchObject({
      running: true,
      home: testAgent.home,
      socket: join(testAgent.home, 'run', 'joeyd.sock'),
    })
    const again = await testAgent.joey(['agent', 'start'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toContain(`runs already (pid ${status.pid}`)
  })

  test('starts once when asked twice at the same moment', async () => {
    const other = makeTestAgent()
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

  test('stops with what runs on, is reported missing by 3 and 69, and adopts after its return', async () => {
    const other = makeTestAgent()
    try {
      await startTestAgent(other)
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
      await startTestAgent(other)
      expect((await other.joey(['ls'])).stdout).toMatch(/kept .*running/)
    } finally {
      await other.dispose()
    }
  }, 60_000)

  test('killed in the middle of a run is reported, and the sandbox runs on', async () => {
    const other = makeTestAgent()
    try {
      const { pid } = await startTestAgent(other)
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
      await startTestAgent(other)
      expect((await other.joey(['ls'])).stdout).toMatch(/survivor .*running/)
    } finally {
      await other.dispose()
    }
  }, 60_000)
})

describe('what the caller has in the environment', () => {
  test('reaches neither the agent nor a program that it starts', async () => {
    const other = makeTestAgent()
    const planted = mkdtempSync(join(tmpdir(), 'joey-planted-'))
    const called = join(planted, 'called')
    try {
      for (const name of ['crun', 'runc', 'conmon', 'unshare', 'ip', 'nft', 'skopeo', 'mkfs.erofs', 'bwrap', 'mount']) {
        writeFileSync(join(planted, name), `#!/bin/sh\necho ${name} >> ${called}\nexit 1\n`, { mode: 0o755 })
      }
      const env = {
        PATH: `${planted}:${process.env['PATH']}`,
        HOME: planted,
        TMPDIR: planted,
        NODE_EXTRA_CA_CERTS: join(planted, 'missing.pem'),
        SSL_CERT_FILE: join(planted, 'missing.pem'),
        HTTPS_PROXY: 'http://127.0.0.1:9',
        JOEY_UNKNOWN: 'x',
      }
      const started = await other.joey(['agent', 'start'], { env })
      expect(started).toMatchObject({ code: 0 })
      const { pid } = JSON.parse((await other.joey(['agent', 'status', '--json'])).stdout) as AgentInfo
      expect(namesOf(pid)).toEqual(['JOEY_HOME', 'JOEY_OUTER_MOUNTS', 'LC_ALL', 'PATH'])
      const ran = await other.joey(['run', '--rm', 'busybox', 'echo', 'ran'])
      expect(ran).toMatchObject({ code: 0, stdout: 'ran\n' })
      expect(existsSync(called)).toBe(false)
    } finally {
      await other.dispose()
      rmSync(planted, { recursive: true, force: true })
    }
  }, 60_000)
})

const root = resolve(import.meta.dirname, '../../..')

describe.skipIf(!existsSync(join(root, 'out/cli/index.js')))('an agent from a folder of another account', () => {
  test('runs from a copy that only root can change, and says so', async () => {
    const checkout = mkdtempSync(join(tmpdir(), 'joey-checkout-'))
    const home = mkdtempSync('/tmp/jy-')
    const joey = (...args: string[]) =>
      spawnSync(join(checkout, 'joey'), args, { env: { PATH: '/usr/bin:/bin', JOEY_HOME: home }, encoding: 'utf8' })
    try {
      for (const path of ['joey', 'package.json', 'resources', 'out/agent', 'out/cli'])
        cpSync(join(root, path), join(checkout, path), { recursive: true })
      symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
      chownSync(join(checkout, 'out/agent'), 4711, 4711)
      const started = joey('agent', 'start')
      expect(started.stderr).toContain(
        `runs from a copy of ${checkout}, because ${checkout}/out/agent belongs to account 4711`,
      )
      expect(started.status).toBe(0)
      const { pid } = JSON.parse(joey('agent', 'status', '--json').stdout) as AgentInfo
      const [node = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      for (const path of [node, args.find((arg) => arg.endsWith('index.js')) ?? ''])
        expect(path).toMatch(new RegExp(`^${home}/program/\\d.*-[0-9a-f]{16}/`))
      expect(joey('run', '--rm', 'busybox', 'echo', 'ran')).toMatchObject({ status: 0, stdout: 'ran\n' })
      expect(joey('doctor').stdout).toContain('can be changed by root alone')
    } finally {
      joey('agent', 'stop', '--sandboxes', 'stop')
      rmSync(checkout, { recursive: true, force: true })
      rmSync(home, { recursive: true, force: true })
    }
  }, 90_000)

  test('install makes a root-owned version with a unit, and it starts in the foreground', async () => {
    const into = mkdtempSync(join(tmpdir(), 'joey-installed-'))
    const home = mkdtempSync('/tmp/jy-')
    const env = { PATH: '/usr/bin:/bin', JOEY_HOME: home }
    const joey = (...args: string[]) => spawnSync(join(into, 'current/joey'), args, { env, encoding: 'utf8' })
    const args = ['agent', 'install', '--into', into, '--unit-folder', join(into, 'units'), '--owner', '1000']
    try {
      const installed = spawnSync(join(root, 'joey'), args, { env, encoding: 'utf8' })
      expect(installed).toMatchObject({ status: 0, stderr: '' })
      const unit = readFileSync(join(into, 'units/joeyd.service'), 'utf8')
      expect(unit).toContain(`ExecStart=${into}/current/joey agent start --foreground --owner 1000\n`)
      const agent = spawn(join(into, 'current/joey'), ['agent', 'start', '--foreground'], { env })
      const ended = new Promise((done) => agent.once('exit', done))
      await expect.poll(() => joey('agent', 'status').status, { timeout: 20_000 }).toBe(0)
      expect(joey('agent', 'start', '--foreground').status).not.toBe(0)
      agent.kill('SIGTERM')
      expect(await ended).toBe(0)
      expect(joey('agent', 'status').status).toBe(3)
    } finally {
      joey('agent', 'stop', '--sandboxes', 'stop')
      for (const folder of [into, home]) rmSync(folder, { recursive: true, force: true })
    }
  }, 90_000)
})

function namesOf(pid: number): readonly string[] {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  return pairs.flatMap((pair) => (pair === '' ? [] : (pair.split('=')[0] ?? []))).sort()
}

describe('images', () => {
  test('what is not an archive is refused with a sentence, and nothing stays', async () => {
    const file = join(testAgent.home, 'not-an-archive')
    writeFileSync(file, randomBytes(4096))
    const before = (await testAgent.joey(['image', 'ls', '--json'])).stdout
    const ran = await testAgent.joey(['image', 'import', file])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/^joey: .+\.\n/)
    expect((await testAgent.joey(['image', 'ls', '--json'])).stdout).toBe(before)
  })
})
