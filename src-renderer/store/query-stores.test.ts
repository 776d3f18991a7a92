import { beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import { SandboxSpec } from '#contract/sandbox'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { startI18n } from '../copy/i18n.ts'
import { makeFakeJoey } from '../testing/fake-joey.ts'
import {
  classProfiles,
  makeAdvice,
  makeBlast,
  makeIsolationView,
  makePlan,
  makeReport,
} from '../testing/isolation-samples.ts'
import { makeSandbox } from '../testing/samples.ts'
import { adviceStore, adviseOn, forgetAdvice } from './advice-store.ts'
import { initialAgentState } from './agent-state.ts'
import { agentStore } from './agent-store.ts'
import { blastStore, loadBlast } from './blast-store.ts'
import { changeClassStore, closeChange, planChange, runChange } from './change-class-store.ts'
import { classesStore, loadClasses } from './classes-store.ts'
import { followIsolation } from './feed-isolation-store.ts'
import { isolationStore, noIsolation } from './isolation-store.ts'
import { loadSelfTest, selfTestStore, startSelfTest } from './self-test-store.ts'

const id = '0123456789ab'
const spec = SandboxSpec.parse({ image: 'busybox' })
const use = (options: Parameters<typeof makeFakeJoey>[0]) => {
  const joey = makeFakeJoey(options)
  Object.assign(window, { joey })
  return joey
}
const refuse = () => {
  throw new AppError({ code: 'unavailable', reason: 'engine-missing', message: 'QEMU was not found.' })
}

beforeEach(() => {
  forgetAdvice()
  closeChange()
  isolationStore.setState(noIsolation)
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1 })
})

test('advice is requested once the wish stands still, for the latest wish', async () => {
  const joey = use({ calls: { 'class.advise': () => makeAdvice() } })
  for (const image of ['b', 'bu', 'bus']) adviseOn({ spec: { ...spec, image } })
  await expect.poll(() => adviceStore.getState().advice).not.toBeNull()
  expect(joey.requests.map(({ request }) => request)).toMatchObject([{ spec: { image: 'bus' } }])
})

test('advice that comes after the dialog was closed is dropped', async () => {
  let answer: (value: unknown) => void = () => undefined
  const joey = use({ calls: { 'class.advise': () => new Promise((resolve) => (answer = resolve)) } })
  adviseOn({ spec })
  await expect.poll(() => joey.requests).toHaveLength(1)
  forgetAdvice()
  answer(makeAdvice())
  await new Promise((resolve) => setTimeout(resolve))
  expect(adviceStore.getState().advice).toBeNull()
})

test('the list of classes keeps what it knows when asking again fails', async () => {
  use({ calls: { 'class.list': () => classProfiles } })
  await loadClasses()
  use({ calls: { 'class.list': refuse } })
  await loadClasses()
  expect(classesStore.getState().classes).toMatchObject({ kind: 'ready' })
})

test('a plan for a class that is no longer chosen is dropped', async () => {
  const answers = new Map<string, (value: unknown) => void>()
  const plan = ({ class: to }: { class: string }) => new Promise((resolve) => answers.set(to, resolve))
  use({ calls: { 'class.plan': plan } })
  planChange(id, 'gvisor')
  planChange(id, 'microvm')
  await expect.poll(() => answers.size).toBe(2)
  answers.get('microvm')?.(makePlan({ to: 'microvm' }))
  answers.get('gvisor')?.(makePlan({ to: 'gvisor' }))
  await expect.poll(() => changeClassStore.getState().plan.kind).toBe('ready')
  expect(changeClassStore.getState().plan).toMatchObject({ plan: { to: 'microvm' } })
})

test('a change reports that it fell back; one whose dialog was closed leaves the next dialog alone', async () => {
  const sandbox = makeSandbox()
  use({ calls: { 'class.set': () => ({ sandbox, fellBack: 'It did not come up.', downMs: 9 }), 'class.plan': refuse } })
  planChange(id, 'gvisor')
  await runChange(id, 'gvisor')
  expect(changeClassStore.getState().run).toEqual({
    ...{ kind: 'done', class: 'container', fellBack: 'It did not come up.', downMs: 9 },
  })
  planChange(id, 'microvm')
  expect(await runChange('ffffffffffff', 'gvisor')).toMatchObject({ kind: 'done' })
  expect(changeClassStore.getState().run.kind).not.toBe('done')
})

test('a self-test that cannot run keeps the older report', async () => {
  use({ calls: { 'selftest.read': () => makeReport(), 'selftest.run': refuse } })
  await loadSelfTest(id)
  expect(await startSelfTest(id)).toBeNull()
  expect(selfTestStore.getState().tests.get(id)).toMatchObject({
    ...{ running: false, report: { id }, error: { wire: { reason: 'engine-missing' } } },
  })
})

test('the reach of another node replaces that of the first, even where the first answers later', async () => {
  const answers: ((value: unknown) => void)[] = []
  use({ calls: { 'isolation.blast': () => new Promise((resolve) => answers.push(resolve)) } })
  const questions = [loadBlast('host-kernel'), loadBlast(`sandbox:${id}`)]
  await expect.poll(() => answers).toHaveLength(2)
  answers[1]?.(makeBlast())
  answers[0]?.(makeBlast({ from: 'host-kernel', reached: [] }))
  await Promise.all(questions)
  expect(blastStore.getState().blast).toMatchObject({ kind: 'ready', radius: { from: `sandbox:${id}` } })
  await loadBlast(null)
  expect(blastStore.getState().blast.kind).toBe('none')
})

test('what is shown of isolation is said in the language of the window', async () => {
  const view = makeIsolationView()
  const wording = { reason: 'node-agent' }
  const nodes = view.nodes.map((node) => ({ ...node, labelWording: wording }))
  const blast = makeBlast()
  const cut = blast.cut && { ...blast.cut, wording: { reason: 'cut-host-kernel' } }
  use({
    calls: { 'isolation.blast': () => ({ ...blast, cut }) },
    streams: {
      isolation: (_request, send) => {
        send({ type: 'text', text: JSON.stringify({ type: 'view', view: { ...view, nodes } }) })
        return () => undefined
      },
    },
  })
  startI18n(pseudoLanguage)
  const stop = followIsolation(agentStore, null)
  try {
    await expect.poll(() => isolationStore.getState().view).not.toBeNull()
    await loadBlast('host-kernel')
  } finally {
    stop()
    startI18n(null)
  }
  const labels = new Set(isolationStore.getState().view?.nodes.map(({ label }) => label))
  expect([...labels]).toEqual(['[node-agent: Joey\u2019s agent]'])
  expect(blastStore.getState().blast).toMatchObject({
    radius: { cut: { sentence: '[cut-host-kernel: this machine\u2019s kernel]' } },
  })
})

test('isolation is followed while it is looked at, and another scope starts empty', async () => {
  const closed = vi.fn()
  const joey = use({
    streams: {
      isolation: (_request, send) => {
        send({ type: 'text', text: JSON.stringify({ type: 'view', view: makeIsolationView() }) })
        return ({ type }) => type === 'close' && closed()
      },
    },
  })
  const stop = followIsolation(agentStore, null)
  await expect.poll(() => isolationStore.getState().view).not.toBeNull()
  stop()
  await expect.poll(() => closed).toHaveBeenCalledOnce()
  const stopOne = followIsolation(agentStore, id)
  expect(isolationStore.getState()).toMatchObject({ scope: id, view: null })
  stopOne()
  expect(joey.requests).toEqual([])
})
