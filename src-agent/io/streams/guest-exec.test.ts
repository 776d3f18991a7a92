import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import type { GuestProcess } from '../../engines/driver.ts'
import { startGuestExec } from './guest-exec.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new Promise<never>(() => {})

function commandWith(process: Partial<GuestProcess>) {
  const whole: GuestProcess = {
    stdin: null,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    started: Promise.resolve(),
    exited: never,
    signal: vi.fn(async () => undefined),
    resize: async () => undefined,
    kill: vi.fn(async () => undefined),
    ...process,
  }
  return {
    process: whole,
    command: { kind: 'guest' as const, open: async () => whole, dispose: async () => undefined },
  }
}

const refused = (reason: string) => {
  const started = Promise.reject(new AppError({ code: 'invalidRequest', reason, message: 'No.' }))
  started.catch(() => undefined)
  return commandWith({ started }).command
}

test('what runs is started, has its own exit code, and nothing to explain', async () => {
  const { command } = commandWith({ exited: Promise.resolve(7) })
  const child = await startGuestExec(command, { stdin: false })
  expect(await child.started).toBe(true)
  expect(await child.exited).toBe(7)
  expect(await child.explain('', 'x')).toBeNull()
})

test.each([
  ['command-not-found', 127, 'joey: nope: command not found'],
  ['command-not-executable', 126, 'joey: nope: permission denied'],
])('%s has the code and the sentence of a shell', async (reason, code, message) => {
  const child = await startGuestExec(refused(reason), { stdin: false })
  expect(await child.started).toBe(false)
  await child.exited
  expect(await child.explain('', 'nope')).toMatchObject({ code, message })
})

test("a failure of the guest's own is reported as it is", async () => {
  const child = await startGuestExec(refused('guest-lost'), { stdin: false })
  await child.exited
  await expect(child.explain('', 'nope')).rejects.toMatchObject({ wire: { reason: 'guest-lost' } })
})

test('a guest that does not say that the killed has ended is not waited for', async () => {
  const { command, process } = commandWith({ started: never })
  const child = await startGuestExec(command, { stdin: false })
  await child.kill()
  expect(process.kill).toHaveBeenCalledOnce()
  const exited = vi.fn()
  void child.exited.then(exited)
  await vi.advanceTimersByTimeAsync(2_900)
  expect(exited).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  expect(exited).toHaveBeenCalledWith(137)
})

test('a signal waits for the start', async () => {
  let start = (): void => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const { command, process } = commandWith({ started })
  const child = await startGuestExec(command, { stdin: false })
  const sent = child.signal('SIGINT')
  expect(process.signal).not.toHaveBeenCalled()
  start()
  await sent
  expect(process.signal).toHaveBeenCalledExactlyOnceWith('SIGINT')
})
