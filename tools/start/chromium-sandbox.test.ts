import { expect, test } from 'vitest'
import { chooseSandboxMode } from './chromium-sandbox.ts'

test.each([
  ['user namespaces are enough', { userNamespaces: true, helperIsPrivileged: false }, 'on'],
  ['the helper is enough', { userNamespaces: false, helperIsPrivileged: true }, 'on'],
  ['with neither it is blocked, never off', { userNamespaces: false, helperIsPrivileged: false }, 'blocked'],
] as const)('%s', (_rule, facts, verdict) => {
  expect(chooseSandboxMode(facts)).toBe(verdict)
})
