import { expect, test } from 'vitest'
import { complete } from './complete.ts'

const names = {
  sandboxes: async () => ['web', 'worker'],
  images: async () => ['busybox', 'debian:12'],
  snapshots: async () => ['web@before'],
}

test.each([
  [['inspe'], ['inspect']],
  [['image', 'ta'], ['tag']],
  [
    ['logs', 'w'],
    ['web', 'worker'],
  ],
  [['logs', '--tail', ''], []],
  [['logs', '--tail', '3', 'wo'], ['worker']],
  [['logs', '-n3', 'wo'], ['worker']],
  [['rm', 'web', 'wo'], ['worker']],
  [['run', '--class', 'g'], ['gvisor']],
  [['run', '--restart', 'on'], ['on-failure']],
  [['run', 'deb'], ['debian:12']],
  [['run', 'debian:12', 'w'], []],
  [['exec', 'web', 'w'], []],
  [['class', 'set', 'web', 'm'], ['microvm']],
  [['network', 'join', 'w'], []],
  [
    ['network', 'join', 'lan', 'w'],
    ['web', 'worker'],
  ],
  [['snapshot', 'restore', 'w'], ['web@before']],
  [['ls', '--no-t'], ['--no-trunc']],
  [['completion', 'z'], ['zsh']],
  [['help', 'insp'], ['inspect']],
  [['frobnicate', 'w'], []],
  [
    ['export', 'w'],
    ['web', 'web@before', 'worker'],
  ],
])('joey %j is completed by %j', async (words, found) => {
  expect(await complete(words, names)).toEqual(found)
})

test('a line that has not begun is completed by every command once', async () => {
  const found = await complete([''], names)
  expect(found).toContain('run')
  expect(new Set(found).size).toBe(found.length)
})
