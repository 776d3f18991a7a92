import { expect, test } from 'vitest'
import { say } from '#contract/language'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { fitSpec } from './restore-spec.ts'

const base = SandboxSpec.parse({ image: 'busybox' })

function fit(now: Partial<SandboxSpec>, then: Partial<SandboxSpec>) {
  const sandbox = { name: 'box', spec: { ...base, ...now } } as Sandbox
  return fitSpec(sandbox, { spec: { ...base, ...then }, class: then.class ?? 'container' } as Snapshot)
}

test('what it ran comes back, and what others rely on stays', () => {
  const { spec, changes } = fit(
    { env: { A: 'new' }, ports: [{ hostPort: 8080, guestPort: 80 }], networkName: 'now', hostname: 'now' },
    { env: { A: 'old' }, ports: [{ hostPort: 9090, guestPort: 80 }], networkName: 'then', hostname: 'then' },
  )
  expect(spec).toMatchObject({ env: { A: 'old' }, networkName: 'now', hostname: 'now' })
  expect(spec.ports).toEqual([{ hostPort: 8080, guestPort: 80 }])
  expect(changes.map(({ message }) => message)).toEqual(['This becomes again what it was then: the environment.'])
  expect(changes.map((change) => say(change, pseudoLanguage))).toEqual([
    '[restore-brings-back: This becomes again what it was then: [field-environment: the environment].]',
  ])
})

test('a grant or a mount that was taken back does not come back, and that is reported', () => {
  const { spec, changes } = fit(
    { grants: [{ kind: 'cap', name: 'SYS_TIME' }] },
    {
      grants: [{ kind: 'cap', name: 'SYS_TIME' }, { kind: 'cap', name: 'SYS_ADMIN' }, { kind: 'host-network' }],
      mounts: [{ kind: 'bind', source: '/home/me/x', target: '/x', readOnly: false }],
    },
  )
  expect(spec.grants).toEqual([{ kind: 'cap', name: 'SYS_TIME' }])
  expect(spec.mounts).toEqual([])
  expect(changes.map(({ message }) => message).join('\n')).toContain('SYS_ADMIN')
  expect(changes.map(({ message }) => message).join('\n')).toContain('host-network')
  expect(changes.map(({ message }) => message).join('\n')).toContain('/home/me/x')
})

test('what may only be read now may not be written to after a restore', () => {
  const at = { kind: 'bind' as const, source: '/data', target: '/data' }
  const path = { kind: 'host-path' as const, path: '/etc' }
  const { spec } = fit(
    { mounts: [{ ...at, readOnly: true }], grants: [{ ...path, access: 'ro' }] },
    { mounts: [{ ...at, readOnly: false }], grants: [{ ...path, access: 'rw' }] },
  )
  expect(spec.mounts).toEqual([{ ...at, readOnly: true }])
  expect(spec.grants).toEqual([{ ...path, access: 'ro' }])
})

test('another class or image is named', () => {
  const { spec, changes } = fit({ class: 'gvisor', image: 'debian' }, { class: 'container' })
  expect(spec.class).toBe('container')
  expect(changes.map(({ message }) => message)).toEqual([
    'The class changes from "gvisor" to "container".',
    'The image changes from "debian" to "busybox".',
  ])
})
