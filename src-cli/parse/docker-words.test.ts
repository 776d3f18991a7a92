import { expect, test } from 'vitest'
import { requirePlatform, requireSecurity } from './docker-words.ts'

test.each(['linux/amd64', 'amd64', 'linux/x86_64'])('%s is what there is', (text) => {
  expect(() => requirePlatform(text, 'x64')).not.toThrow()
})

test.each(['linux/arm64', 'windows/amd64', 'linux/amd64/v3', 'nonsense!'])(
  '%s is refused with what there is',
  (text) => {
    expect(() => requirePlatform(text, 'x64')).toThrow('linux/amd64')
  },
)

test('arm64 machines are known by both of their names', () => {
  for (const text of ['linux/arm64', 'aarch64', 'linux/arm64/v8'])
    expect(() => requirePlatform(text, 'arm64')).not.toThrow()
  expect(() => requirePlatform(undefined, 'arm64')).not.toThrow()
})

test.each(['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true'])('%s holds anyway', (text) => {
  expect(() => requireSecurity([text], [])).not.toThrow()
  expect(() => requireSecurity([text], [{ kind: 'new-privileges' }])).toThrow('new-privileges')
})

test.each([
  ['seccomp=unconfined', '--grant no-seccomp'],
  ['no-new-privileges:false', '--grant new-privileges'],
  ['seccomp=/tmp/profile.json', 'chosen by Joey'],
  ['apparmor=unconfined', 'chosen by Joey'],
  ['label=disable', 'chosen by Joey'],
])('%s is refused with what there is in its place', (text, words) => {
  expect(() => requireSecurity([text], [])).toThrow(words)
})
