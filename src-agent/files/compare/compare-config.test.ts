import { expect, test } from 'vitest'
import type { Image } from '#contract/image'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import type { SandboxRecord } from '../../state/records/sandbox-records.ts'
import { describeConfig, findConfigChanges } from './compare-config.ts'

const image = {
  digest: 'sha256:1',
  config: { entrypoint: [], command: ['sh'], env: ['PATH=/bin', 'A=1'], cwd: '', user: '', labels: { by: 'me' } },
} as unknown as Image

function sandbox(spec: Partial<SandboxSpec>, argv = ['sh']) {
  const whole = { ...SandboxSpec.parse({ image: 'x' }), ...spec }
  const shown = { spec: whole, argv, class: whole.class, imageDigest: 'sha256:1' } as Sandbox
  return describeConfig({ sandbox: { sandbox: shown } as SandboxRecord, snapshot: null }, image)
}
const bare = describeConfig({ sandbox: null, snapshot: null }, image)

test('a sandbox that is as its image differs in nothing', () => {
  expect(findConfigChanges(bare, sandbox({}))).toEqual([])
})

test('what a sandbox sets in place of what its image says is reported', () => {
  const after = sandbox({ env: { A: '2', B: '3' }, cwd: '/srv', user: 'app', labels: { tier: 'web' } }, ['sleep', '1'])
  expect(findConfigChanges(bare, after)).toEqual([
    { area: 'configuration', field: 'argv', before: '["sh"]', after: '["sleep","1"]' },
    { area: 'configuration', field: 'cwd', before: '/', after: '/srv' },
    { area: 'configuration', field: 'env.A', before: '1', after: '2' },
    { area: 'configuration', field: 'env.B', before: '', after: '3' },
    { area: 'configuration', field: 'labels.tier', before: '', after: 'web' },
    { area: 'configuration', field: 'user', before: '', after: 'app' },
  ])
})

test('limits and policy are compared between sandboxes', () => {
  const before = sandbox({ limits: { memoryBytes: null, cpus: 1, pids: 10, diskBytes: null } })
  const after = sandbox({
    class: 'gvisor',
    limits: { memoryBytes: 2 ** 30, cpus: 1, pids: 10, diskBytes: null },
    grants: [{ kind: 'no-seccomp' }],
    ports: [{ hostPort: 80, guestPort: 8080 }],
    stopGraceMs: 1,
  })
  expect(findConfigChanges(before, after)).toEqual([
    { area: 'policy', field: 'class', before: 'container', after: 'gvisor' },
    { area: 'policy', field: 'spec.grants', before: '[]', after: '[{"kind":"no-seccomp"}]' },
    { area: 'limits', field: 'spec.limits.memoryBytes', before: 'none', after: '1073741824' },
    { area: 'policy', field: 'spec.ports', before: '[]', after: '[{"hostPort":80,"guestPort":8080}]' },
    { area: 'configuration', field: 'spec.stopGraceMs', before: '10000', after: '1' },
  ])
})
