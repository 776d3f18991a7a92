import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { letMachineGoOn, migrateToFile } from './migrate-machine.ts'

const mebibyte = 2 ** 20

/** As much of QEMU as a migration sees: it says how much is left, and sends its state when the test wants it. */
interface FakeQemu {
  readonly commands: string[]
  status: string
  remaining: number
  /** Sends bytes to the given address. */
  send(bytes: string): void
  end(): void
  close(): void
}

function startQemu(folder: string): Promise<FakeQemu> {
  let out: ReturnType<typeof connect> | null = null
  const qemu: FakeQemu = {
    commands: [],
    status: 'none',
    remaining: 1024 * mebibyte,
    send: (bytes) => void out?.write(bytes),
    end() {
      out?.end()
      qemu.status = 'completed'
    },
    close: () => void server.close(),
  }
  const answer = (command: string): object => {
    qemu.commands.push(command)
    if (command === 'migrate') {
      qemu.status = 'active'
      out = connect(join(folder, 'm'))
      out.on('error', () => {})
    }
    if (command === 'migrate_cancel') qemu.status = 'cancelled'
    return command === 'query-migrate' ? { status: qemu.status, ram: { remaining: qemu.remaining } } : {}
  }
  const server: Server = createServer((socket) => {
    socket.write('{"QMP":{}}\n')
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        socket.write(`${JSON.stringify({ return: answer(JSON.parse(line).execute) })}\n`)
      }
    })
  })
  return new Promise((resolve) => server.listen(join(folder, 'q'), () => resolve(qemu)))
}

describe('a machine that is copied', () => {
  let folder: string
  let qemu: FakeQemu
  let path: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'joey-mig-'))
    qemu = await startQemu(folder)
    path = join(folder, 'memory')
  })
  afterEach(() => {
    qemu.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const { signal } = new AbortController()
  const migrates = () => expect.poll(() => qemu.status).toBe('active')

  test('stands still before anything is copied where it must', async () => {
    let before: string[] = []
    const beforeLast = async () => {
      before = [...qemu.commands]
    }
    const saved = migrateToFile(folder, path, { signal, whileRunning: false, beforeLast })
    await migrates()
    qemu.send('all')
    qemu.end()
    await saved
    expect(before).toEqual([])
    expect(qemu.commands.indexOf('stop')).toBeGreaterThan(-1)
    expect(qemu.commands.indexOf('stop')).toBeLessThan(qemu.commands.indexOf('migrate'))
    expect(readFileSync(path, 'utf8')).toBe('all')
  })

  test('is held while the last part waits, where it runs meanwhile', async () => {
    const held = Promise.withResolvers<void>()
    let isRequested = false
    const beforeLast = () => {
      isRequested = true
      return held.promise
    }
    const saved = migrateToFile(folder, path, { signal, whileRunning: true, beforeLast })
    await migrates()
    qemu.send('most')
    await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8')).toBe('most')
    expect(isRequested).toBe(false)
    qemu.remaining = 100 * mebibyte
    await expect.poll(() => isRequested).toBe(true)
    qemu.send(' and the rest')
    await sleep(50)
    expect(readFileSync(path, 'utf8')).toBe('most')
    held.resolve()
    qemu.end()
    await saved
    expect(readFileSync(path, 'utf8')).toBe('most and the rest')
    expect(qemu.commands).not.toContain('stop')
  })

  test.each<[string, (stop: AbortController) => void, string]>([
    ['it fails', () => void (qemu.status = 'failed'), 'could not be saved'],
    ['it is given up', (stop) => stop.abort(new Error('given up')), 'given up'],
    ['what is done before the last part fails', () => void (qemu.remaining = 0), 'not held'],
  ])('leaves no file where %s', async (_what, happen, words) => {
    const stop = new AbortController()
    const beforeLast = () => Promise.reject(new Error('not held'))
    const saved = migrateToFile(folder, path, { signal: stop.signal, whileRunning: true, beforeLast })
    saved.catch(() => undefined)
    await migrates()
    qemu.send('part')
    await expect.poll(() => existsSync(path)).toBe(true)
    happen(stop)
    await expect(saved).rejects.toThrow(words)
    expect(existsSync(path)).toBe(false)
  })

  test('goes on, and what was not wholly copied is given up first', async () => {
    await letMachineGoOn(folder)
    expect(qemu.commands).not.toContain('migrate_cancel')
    qemu.status = 'active'
    await letMachineGoOn(folder)
    expect(qemu.commands.slice(-3)).toEqual(['migrate_cancel', 'query-migrate', 'cont'])
  })
})
