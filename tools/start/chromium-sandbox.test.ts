import { expect, test } from 'vitest'
import { chooseSandboxMode } from './chromium-sandbox.ts'

test.each([
  ['root runs without it', { isRoot: true, userNamespaces: true, helperIsPrivileged: true }, 'off'],
  ['user namespaces are enough', { isRoot: false, userNamespaces: true, helperIsPrivileged: false }, 'on'],
  ['the helper is enough', { isRoot: false, userNamespaces: false, helperIsPrivileged: true }, 'on'],
  [
    'with neither it is blocked, never off',
    { isRoot: false, userNamespaces: false, helperIsPrivileged: false },
    'blocked',
  ],
] as const)('%s', (_rule, facts, verdict) => {
  expect(chooseSandboxMode(facts)).toBe(verdict)
})
