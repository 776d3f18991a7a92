import { expect, test } from 'vitest'
import { makeSandbox } from '../../testing/samples.ts'
import { findEditProblems, formOf, readEdit } from './edit-form.ts'

const plain = makeSandbox()
const sandbox = {
  ...plain,
  spec: {
    ...plain.spec,
    limits: { memoryBytes: 100_000_001, cpus: 0.5, pids: 4096, diskBytes: null },
    ports: [{ hostPort: 0, guestPort: 80 }],
    env: { A: '1', B: '2' },
    labels: { team: 'web' },
    restartPolicy: 'on-failure:3',
  },
}
const form = formOf(sandbox)

test('a form that nobody has touched changes nothing, rounded sizes included', () => {
  expect(readEdit(form, sandbox)).toEqual({})
  expect(findEditProblems(form, sandbox)).toEqual({})
})

test('only what differs is a change', () => {
  const [first, second] = form.env
  const edited = {
    ...form,
    cpus: '',
    policy: 'always',
    env: [second, { ...first, value: '3' }] as typeof form.env,
    labels: [],
  }
  expect(readEdit(edited, sandbox)).toEqual({
    limits: { cpus: null },
    restartPolicy: 'always',
    env: { A: '3', B: '2' },
    labels: {},
  })
})

test('the order of labels and variables is no change', () => {
  expect(readEdit({ ...form, env: form.env.toReversed() }, sandbox)).toEqual({})
})

test('what waits for the next start is in the form', () => {
  const waiting = { ...sandbox, pending: { spec: { env: { C: '4' } }, argv: [] } }
  expect(formOf(waiting).env).toMatchObject([{ name: 'C', value: '4' }])
  expect(readEdit(formOf(waiting), waiting)).toEqual({})
})

test.each([
  [{ memory: '1 MiB' }, 'memory'],
  [{ ports: [{ key: 'a', hostPort: 'x', guestPort: '80' }] }, 'ports'],
  [{ env: [{ key: 'a', name: '', value: '' }] }, 'env'],
  [{ labels: [{ key: 'a', name: '', value: '' }] }, 'labels'],
  [{ labels: ['a', 'b'].map((key) => ({ key, name: 'same', value: key })) }, 'labels'],
])('%j is wrong at %s', (changes, field) => {
  expect(Object.keys(findEditProblems({ ...form, ...changes }, sandbox))).toEqual([field])
})
