import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import type { GuestProcess } from '../../engines/driver.ts'
import { openGuestPtySource } from './guest-pty-source.ts'

function guest(more: Partial<GuestProcess> = {}) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  let exit = (_code: number): void => {}
  const process = {
    ...streams,
    started: Promise.resolve(),
    exited: new Promise<number>((resolve) => {
      exit = resolve
    }),
    signal: vi.fn(async () => undefined),
    resize: vi.fn(async () => undefined),
    kill: vi.fn(async () => exit(137)),
    ...more,
  }
  const dispose = vi.fn(async () => undefined)
  const open = () =>
    openGuestPtySource({ kind: 'guest', open: async () => process, dispose }, { program: 'sh', columns: 80, rows: 24 })
  return { ...streams, process, open, dispose, exit: (code: number) => exit(code) }
}

test('it has its size before anybody sees it, and every one after', async () => {
  const { open, process } = guest()
  const source = await open()
  expect(process.resize).toHaveBeenCalledExactlyOnceWith(80, 24)
  await source.resize(100, 30)
  expect(process.resize).toHaveBeenLastCalledWith(100, 30)
})

test('bytes pass in both directions, and the end comes after the last of them', async () => {
  const { open, stdin, stdout, exit, dispose } = guest()
  const source = await open()
  const seen: string[] = []
  source.onData((bytes) => seen.push(bytes.toString()))
  const ended = new Promise<number | null>((resolve) => source.onExit(resolve))
  source.write(Buffer.from('keys'))
  expect(stdin.read()?.toString()).toBe('keys')
  exit(5)
  stdout.write('first ')
  await new Promise(setImmediate)
  stdout.end('last')
  expect(await ended).toBe(5)
  expect(seen.join('')).toBe('first last')
  expect(dispose).toHaveBeenCalledOnce()
})

test('what is paused holds the guest back', async () => {
  const { open, stdout } = guest()
  const source = await open()
  const onData = vi.fn()
  source.onData(onData)
  source.pause()
  stdout.write('later')
  await new Promise(setImmediate)
  expect(onData).not.toHaveBeenCalled()
  source.resume()
  await expect.poll(() => onData.mock.calls.length).toBe(1)
})

test('one that is closed gets a hangup, and is killed where it ignores it', async () => {
  const { open, process } = guest()
  const source = await open()
  source.close()
  expect(process.signal).toHaveBeenCalledExactlyOnceWith('SIGHUP')
  await expect.poll(() => process.kill).toHaveBeenCalledOnce()
})

test('a missing program is named, and everything is given back', async () => {
  const started = Promise.reject(new AppError({ code: 'invalidRequest', reason: 'command-not-found', message: 'No.' }))
  const { open, dispose, process } = guest({ started })
  await expect(open()).rejects.toMatchObject({
    wire: { reason: 'command-not-found', params: { program: 'sh' } },
  })
  expect(process.kill).toHaveBeenCalledOnce()
  expect(dispose).toHaveBeenCalledOnce()
})
