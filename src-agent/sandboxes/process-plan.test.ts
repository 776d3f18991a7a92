import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { planProcess, resolveArgv } from './process-plan.ts'

const image = {
  entrypoint: ['/entry'],
  command: ['serve', '--fast'],
  env: ['PATH=/image/bin', 'LEVEL=image', 'EMPTY='],
  cwd: '/srv',
  user: '',
  stopSignal: null,
  exposedPorts: [],
  volumes: [],
  labels: {},
  healthcheck: null,
}

test.each([
  ['the image decides by default', {}, ['/entry', 'serve', '--fast']],
  ['a command replaces the command, not the entrypoint', { command: ['test'] }, ['/entry', 'test']],
  ['an entrypoint drops the image command', { entrypoint: ['sh'] }, ['sh']],
  ['both given are both taken', { entrypoint: ['sh'], command: ['-c', 'x'] }, ['sh', '-c', 'x']],
  ['an empty entrypoint removes the image entrypoint', { entrypoint: [], command: ['ls'] }, ['ls']],
])('%s', (_rule, given, argv) => {
  expect(resolveArgv(SandboxSpec.parse({ image: 'x', ...given }), image)).toEqual(argv)
})

test('an image without a command needs one', () => {
  const spec = SandboxSpec.parse({ image: 'x' })
  expect(() => resolveArgv(spec, { ...image, entrypoint: [], command: [] })).toThrow('no command')
})

test('an empty word is a program that is not there, as in a shell', () => {
  const spec = SandboxSpec.parse({ image: 'x', entrypoint: [], command: [''] })
  const resolve = () => resolveArgv(spec, { ...image, entrypoint: [] })
  expect(resolve).toThrow(expect.objectContaining({ wire: expect.objectContaining({ reason: 'command-not-found' }) }))
})

test('variables of the request win over the sandbox, those over the image, those over the defaults', () => {
  const spec = SandboxSpec.parse({ image: 'x', env: { LEVEL: 'sandbox', MINE: '1' } })
  const wish = { argv: ['a'], env: { MINE: '2' }, cwd: null, user: null, tty: true }
  const plan = planProcess(wish, { spec, image, hostname: 'h', accounts: { passwd: '', group: '' }, zone: null })
  expect(plan.env).toEqual([
    'PATH=/image/bin',
    'HOSTNAME=h',
    'HOME=/',
    'TERM=xterm-256color',
    'LEVEL=sandbox',
    'EMPTY=',
    'MINE=2',
  ])
  expect(plan.cwd).toBe('/srv')
})
