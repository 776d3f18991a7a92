import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = fileURLToPath(new URL('forced-exit.ts', import.meta.url))

function leave(after: string): ReturnType<typeof spawnSync> {
  const script = `import { leaveWithin } from ${JSON.stringify(module)}; leaveWithin(200); ${after}`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 })
}

test('a process whose main thread stands still ends all the same', () => {
  expect(leave('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)').signal).toBe('SIGKILL')
})

test('a process that stays after all is not ended', () => {
  const script = `import { leaveWithin } from ${JSON.stringify(module)}; leaveWithin(200)(); setTimeout(() => {}, 1000)`
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 }).status).toBe(0)
})

test('a process that ends by itself is not kept', () => {
  expect(leave('').status).toBe(0)
})
