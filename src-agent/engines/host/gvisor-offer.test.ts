import { expect, test } from 'vitest'
import { gvisorFinding, gvisorOffer } from './gvisor-offer.ts'

const setup = { version: '1', platform: 'ptrace', options: [], hidesNetSettings: true, mapsIds: true }
const working = { program: '/usr/bin/runsc', version: '0.0~20221219.0', setup, failure: null }
const broken = { ...working, version: 'release-20240807.0', setup: null, failure: 'systrap: no' }

test('a gVisor that works is reported with version and platform, and offered', () => {
  expect(gvisorFinding(working)).toMatchObject({ level: 'ok', title: 'gVisor 20221219 works (ptrace)' })
  expect(gvisorOffer(working, undefined)).toStrictEqual({
    class: 'gvisor',
    available: true,
    explanation: 'gVisor 20221219 answers the system calls, by ptrace.',
    explanationWording: { reason: 'gvisor-offered', params: { version: '20221219', platform: 'ptrace' } },
  })
})

test('where what opens files is root of this machine, that is found', () => {
  const found = gvisorFinding({ ...working, setup: { ...setup, mapsIds: false } })
  expect(found).toMatchObject({ level: 'warning', title: 'gVisor 20221219 works (ptrace)' })
  expect(found.detail).toMatch(/^What opens the files of its sandboxes is root of this machine/)
})

test('one that is missing comes with the command that installs it', () => {
  const found = gvisorFinding(null)
  expect(found).toMatchObject({ level: 'warning', remedy: { command: expect.stringContaining('runsc') } })
  expect(gvisorOffer(null, undefined)).toEqual({
    class: 'gvisor',
    available: false,
    explanation: 'gVisor is not installed.',
    explanationWording: { reason: 'gvisor-not-installed' },
  })
})

test('one that does not work has its words in the detail', () => {
  expect(gvisorFinding(broken)).toMatchObject({
    level: 'warning',
    title: 'gVisor 20240807 does not work here',
    detail: 'systrap: no',
  })
  expect(gvisorOffer(broken, undefined)).toMatchObject({
    available: false,
    explanation: 'gVisor 20240807 does not work here.',
    explanationWording: { reason: 'gvisor-not-working' },
  })
})

test('what stands in the way of every sandbox is the reason given', () => {
  const obstacle = { ...gvisorFinding(working), level: 'problem', title: 'The kernel lacks erofs' } as const
  expect(gvisorOffer(working, obstacle)).toMatchObject({ available: false, explanation: 'The kernel lacks erofs.' })
})
