import { expect, test } from 'vitest'
import { callerEnvironment } from './caller-environment.ts'

test('what the launcher kept aside comes back under its own name', () => {
  const own = { PATH: '/bin', JOEY_CALLER_NODE_OPTIONS: '--inspect', JOEY_CALLER_SSL_CERT_FILE: '' }
  expect(callerEnvironment(own)).toEqual({ PATH: '/bin', NODE_OPTIONS: '--inspect', SSL_CERT_FILE: '' })
})

test('a name that the caller made up replaces nothing', () => {
  expect(callerEnvironment({ HOME: '/root', JOEY_CALLER_HOME: '/elsewhere' })).toEqual({ HOME: '/root' })
})
