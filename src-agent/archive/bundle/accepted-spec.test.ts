import { expect, test } from 'vitest'
import { say } from '#contract/language'
import { SandboxSpec } from '#contract/sandbox'
import { sentence, wordingOf } from '#contract/sentence'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { agreeSnapshotSpec, agreeSpec } from './accepted-spec.ts'
import { wishesOf, withoutWishes } from './requested-fields.ts'

const plain = SandboxSpec.parse({ image: 'busybox' })
const wished = SandboxSpec.parse({
  image: 'busybox',
  class: 'microvm',
  limits: { pids: null },
  grants: [{ kind: 'cap', name: 'SYS_ADMIN' }],
  mounts: [
    { source: '/srv/a', target: '/a' },
    { source: '/srv/b', target: '/b', readOnly: true },
  ],
  ports: [{ hostPort: 0, guestPort: 80 }],
  networkName: 'lan',
  removeOnExit: true,
})
const requests = wishesOf(wished).map(({ id, kind, said }) => {
  return { id, kind, sentence: said.message, isNew: true, possible: true, why: null }
})

test('a bundle asks for every field that comes in by consent, and without one nothing of it comes in', () => {
  expect(requests.map(({ id }) => id)).toEqual([
    ...['class', 'limit-pids', 'grant-0', 'mount-0', 'mount-1', 'port-0', 'network'],
  ])
  const { spec, messages } = agreeSpec(wished, { requests }, { agreed: [], defaultClass: 'gvisor' })
  expect(spec).toEqual({ ...plain, class: 'gvisor' })
  expect(messages).toHaveLength(requests.length)
  expect(messages.map(({ message }) => message.replace(' was left out: it was not agreed to.', ''))).toEqual([
    'The class "microvm"',
    'The lifted limit "pids"',
    'The grant cap:SYS_ADMIN',
    'The mount at /a',
    'The mount at /b',
    'The port 80',
    'The network "lan"',
  ])
})

test('what was agreed to comes in, entry by entry', () => {
  const agreed = ['class', 'limit-pids', 'mount-1', 'network']
  const { spec } = agreeSpec(wished, { requests }, { agreed, defaultClass: 'container' })
  expect(spec).toEqual({
    ...wished,
    grants: [],
    mounts: [wished.mounts[1]],
    ports: [],
    removeOnExit: false,
  })
})

test('what is not possible here is left out although it was agreed to', () => {
  const why = sentence('class-not-here', { class: 'microvm' })
  const refused = requests.map((each) =>
    each.id === 'grant-0' ? { ...each, possible: false, why: why.message, whyWording: wordingOf(why) } : each,
  )
  const agreed = requests.map(({ id }) => id)
  const { spec, messages } = agreeSpec(wished, { requests: refused }, { agreed, defaultClass: 'container' })
  expect(spec.grants).toEqual([])
  expect(messages.map(({ message }) => message)).toEqual([`The grant cap:SYS_ADMIN was left out: ${why.message}`])
  expect(messages.map((each) => say(each, pseudoLanguage))).toEqual([
    `[import-not-possible: The grant cap:SYS_ADMIN was left out: ${say(why, pseudoLanguage)}]`,
  ])
})

test('a snapshot gets of it what its sandbox has got', () => {
  const sandbox = { ...plain, class: 'gvisor', mounts: wished.mounts.slice(0, 1) } as const
  expect(agreeSnapshotSpec(wished, { ...sandbox, mounts: [...sandbox.mounts] })).toEqual({
    ...plain,
    class: 'gvisor',
    mounts: wished.mounts.slice(0, 1),
  })
})

test('one wish is tried without the others, in the class and with the limits that are wished', () => {
  const { class: wanted, limits } = wished
  expect(withoutWishes(wished)).toEqual({ ...plain, class: wanted, limits, removeOnExit: true })
})
