import { expect, test } from 'vitest'
import { type IsolationClass, Sandbox, SandboxSpec } from '#contract/sandbox'
import { probeArguments } from './arguments.ts'

function sandboxOf(isolationClass: IsolationClass, change: Partial<SandboxSpec> = {}): Sandbox {
  const spec = { ...SandboxSpec.parse({ image: 'busybox', class: isolationClass }), ...change }
  const named = {
    id: 'aaaa0000bbbb',
    name: 'calm-fox',
    class: isolationClass,
    state: 'running',
    image: 'busybox',
    spec,
  }
  const run = { createdAt: '2026-01-01T00:00:00Z', startedAt: '2026-01-01T00:00:00Z', exit: null, engine: null, pid: 1 }
  return Sandbox.parse({ ...named, ...run, imageDigest: 'sha256:1', argv: ['sh'], address: null, ports: [] })
}

const canaries = { marker: '/m', addresses: ['127.0.0.1:1'], abstracts: [] }
const surroundings = { siblings: ['10.0.0.2'], sockets: ['/s'], disks: ['8:0'] }
const argumentsFor = (sandbox: Sandbox) =>
  probeArguments(sandbox, { nonce: 'n', canaries, surroundings, probeMs: 1000 })
const valuesOf = (args: readonly string[], name: string) => args.filter((_, index) => args[index - 1] === name)

test('limits are run into only where that cannot end the whole sandbox', () => {
  const limits = { memoryBytes: 64 * 1024 * 1024, cpus: null, pids: 100, diskBytes: null }
  expect(valuesOf(argumentsFor(sandboxOf('container', { limits })), '--memory')).toEqual(['67108864'])
  for (const isolationClass of ['gvisor', 'microvm'] as const) {
    const args = argumentsFor(sandboxOf(isolationClass, { limits }))
    expect([...valuesOf(args, '--memory'), ...valuesOf(args, '--pids')]).toEqual([])
  }
})

test('mounts below a granted path are distinguished from others', () => {
  const mount = (source: string, target: string) => ({ kind: 'bind' as const, source, target, readOnly: false })
  const args = argumentsFor(
    sandboxOf('container', {
      mounts: [mount('/etc/ssl', '/mnt/ssl'), mount('/etcetera', '/mnt/other'), mount('/home/me', '/mnt/me')],
      grants: [
        { kind: 'host-path', path: '/etc', access: 'rw' },
        { kind: 'device', path: '/dev/fuse' },
      ],
    }),
  )
  expect(valuesOf(args, '--granted')).toEqual(['/mnt/ssl'])
  expect(valuesOf(args, '--mount')).toEqual(['/mnt/ssl', '/mnt/other', '/mnt/me'])
  expect(valuesOf(args, '--device')).toEqual(['/dev/fuse'])
})

test('a granted path that no mount names was requested too, where it appears', () => {
  const args = argumentsFor(
    sandboxOf('container', {
      grants: [{ kind: 'host-path', path: '/etc', access: 'rw' }],
    }),
  )
  expect(valuesOf(args, '--granted')).toEqual(['/host/etc'])
  expect(valuesOf(args, '--mount')).toEqual(['/host/etc'])
})

test('options and values alternate, whatever the sandbox has', () => {
  const args = argumentsFor(sandboxOf('container'))
  expect(args.filter((_, index) => index % 2 === 0).every((each) => each.startsWith('--'))).toBe(true)
})
