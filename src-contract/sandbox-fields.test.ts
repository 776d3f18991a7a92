import { expect, test } from 'vitest'
import { defaultsOf } from './field-defaults.ts'
import { HealthCheck } from './health.ts'
import { factsOf, fieldsWhere, wordsAgain } from './read-fields.ts'
import { Limits, SandboxSpec, SpecChange } from './sandbox.ts'
import type { SandboxField } from './sandbox-field.ts'
import { sandboxFields } from './sandbox-fields.ts'

/** A field as somebody would add it: everything about it is in its entry. */
const more: SandboxField<string | null> = {
  flag: { name: 'keyboard', type: 'string', value: 'NAME', help: 'Keyboard inside.' },
  again: (name) => (name === null ? [] : ['--keyboard', name]),
  fact: { card: 'process', label: 'keyboard', words: { kind: 'text', none: 'fromImage' } },
  ...{ takesEffect: 'nextStart', isPolicy: true, restored: 'now', inBundle: 'dropped' },
}
const table = { ...sandboxFields, keyboard: more }
const spec = { ...SandboxSpec.parse({ image: 'busybox', networkName: 'lan' }), keyboard: 'pt' }

test('every field of a specification has its entry', () => {
  expect(Object.keys(sandboxFields).sort()).toEqual(Object.keys(SandboxSpec.shape).sort())
})

test('a field that is added to the table is in the facts, in the command to make the same, and under its rules', () => {
  expect(factsOf('process', spec, table).at(-1)).toMatchObject({ label: 'keyboard', value: 'pt' })
  expect(wordsAgain(spec, table)).toEqual([...['--class', 'container', '--network', 'lan', '--keyboard', 'pt']])
  for (const rule of [
    ({ isPolicy }: SandboxField<never>) => isPolicy,
    ({ restored }: SandboxField<never>) => restored === 'now',
    ({ inBundle }: SandboxField<never>) => inBundle === 'dropped',
  ]) {
    expect(fieldsWhere(rule, table)).toEqual([...fieldsWhere(rule), 'keyboard'])
  }
})

test('what a restore, a bundle and a comparison take of the table is what they took before it', () => {
  expect(fieldsWhere(({ restored }) => restored === 'now').toSorted()).toEqual(
    [
      ...['fixedAddresses', 'hostname', 'moreNetworks', 'network', 'networkAliases', 'networkName', 'ports'],
      ...['removeOnExit', 'restartPolicy', 'volumes'],
    ].toSorted(),
  )
  expect(fieldsWhere(({ inBundle }) => inBundle === 'dropped').toSorted()).toEqual([
    ...['cpusetCpus', 'deviceReadBps', 'deviceWriteBps', 'fixedAddresses', 'moreNetworks', 'networkAliases'],
    ...['removeOnExit', 'restartPolicy', 'volumes'],
  ])
  expect(defaultsOf(fieldsWhere(({ inBundle }) => inBundle === 'requested'))).toEqual({
    ...{ class: 'container', mounts: [], ports: [], grants: [], networkName: null, limits: Limits.parse({}) },
  })
  expect(fieldsWhere(({ takesEffect }) => takesEffect === 'live')).toEqual([
    ...['limits', 'networkName', 'moreNetworks', 'networkAliases', 'ports'],
  ])
  expect(fieldsWhere(({ takesEffect }) => takesEffect === 'onRecord')).toEqual([
    ...['stopGraceMs', 'restartPolicy', 'stopWith', 'removeOnExit', 'annotations', 'labels'],
  ])
  expect(fieldsWhere(({ takesEffect }) => takesEffect === 'recreated')).toEqual(['image'])
  // What has an operation of its own is no field of a change.
  expect(fieldsWhere(({ takesEffect }) => takesEffect !== 'created').toSorted()).toEqual(
    Object.keys(SpecChange.shape).toSorted(),
  )
})

test('a mount is asked for again with all that was said of it', () => {
  const mount = { kind: 'bind' as const, source: '/a', target: '/b', readOnly: false }
  const again = (more: object) => wordsAgain({ ...spec, mounts: [{ ...mount, ...more }] }).slice(-2)
  expect(again({})).toEqual(['-v', '/a:/b'])
  expect(again({ readOnly: true, recursive: true, watch: false })).toEqual(['-v', '/a:/b:ro,recursive,nowatch'])
  expect(again({ target: '/b:c', watch: false })).toEqual(['--mount', 'source=/a,target=/b:c,nowatch'])
})

test('a check of health is asked for again with all that was said of it', () => {
  const again = (check: object) =>
    wordsAgain({ ...spec, healthCheck: HealthCheck.parse(check) }).slice(
      ['--class', 'container', '--network', 'lan'].length,
    )
  expect(again({ command: [] })).toEqual(['--no-healthcheck'])
  expect(again({ command: ['/bin/sh', '-c', 'a | b'], intervalMs: 500 })).toEqual([
    ...['--health-cmd', 'a | b', '--health-interval', '500ms'],
  ])
  expect(
    again({ command: ['curl', "it's"], retries: 2, timeoutMs: 100, startPeriodMs: 7, startIntervalMs: 200 }),
  ).toEqual([
    ...['--health-cmd', "curl 'it'\\''s'", '--health-timeout', '100ms', '--health-retries', '2'],
    ...['--health-start-period', '7ms', '--health-start-interval', '200ms'],
  ])
})

test('a volume is asked for again by its name, and one of its own without', () => {
  const again = (...volumes: object[]) => wordsAgain({ ...spec, volumes }).slice(-2)
  const mount = { volume: 'data', target: '/srv', readOnly: false }
  expect(again(mount)).toEqual(['-v', 'data:/srv'])
  expect(again({ ...mount, readOnly: true, copy: false })).toEqual(['-v', 'data:/srv:ro,nocopy'])
  expect(again({ ...mount, target: '/a:b' })).toEqual(['--mount', 'type=volume,source=data,target=/a:b'])
  expect(again({ ...mount, volume: 'f'.repeat(64), own: true })).toEqual(['-v', '/srv'])
  expect(again({ ...mount, own: true, readOnly: true })).toEqual(['--mount', 'type=volume,target=/srv,readonly'])
})
