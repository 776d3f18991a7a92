import { expect, test, vi } from 'vitest'
import { operations } from '#contract/registry'
import { agentAnswers } from './agent.ts'
import { appAnswers } from './app.ts'
import { type Answers, exposeCalls } from './call.ts'
import type { Expose, Page } from './expose.ts'

vi.mock('electron', () => ({ ipcMain: undefined }))

const page = {} as Page
const agentDeps = {
  address: { socketPath: '/nonexistent/joeyd.sock' },
  lifetimeOf: () => new AbortController().signal,
  onLinkTrouble: vi.fn(),
}

function call(answers: Answers): (message: unknown) => Promise<unknown> {
  let bound: (message: unknown) => Promise<unknown> = () => Promise.reject(new Error('not bound'))
  const expose: Expose = (_channel, schema, handler) => {
    bound = async (message) => handler(schema.parse(message), page)
  }
  exposeCalls(expose, answers)
  return (message) => bound(message)
}

test.each(['agent.stop', 'constructor', '__proto__', 'sandbox.explode', ''])(
  'the window may not ask for %j',
  async (name) => {
    const answer = call(agentAnswers(agentDeps))({ name, request: {} })

    await expect(answer).rejects.toMatchObject({ wire: { reason: 'operation-not-offered' } })
  },
)

test('every operation of the agent is offered but its end, the accounts that it serves, the records that could not be read, the history of images, archives of volumes, functions and leftovers', () => {
  const names = Object.values(operations).map(({ name }) => name)
  const ofCommandLine = [
    ...['agent.stop', 'agent.serve', 'image.history', 'host.leftovers', 'host.removeLeftovers'],
    ...['volume.export', 'volume.import'],
  ]

  expect([...agentAnswers(agentDeps).keys()]).toEqual(
    names.filter((name) => !ofCommandLine.includes(name) && !/^(records|function)\./.test(name)),
  )
})

test('a request with an unknown field does not leave main', async () => {
  const answer = call(agentAnswers(agentDeps))({ name: 'sandbox.list', request: { all: true, more: 1 } })

  await expect(answer).rejects.toMatchObject({ wire: { code: 'invalidRequest' } })
  expect(agentDeps.onLinkTrouble).not.toHaveBeenCalled()
})

test('an agent that is gone is reported as such, and the supervisor hears of it', async () => {
  const answer = call(agentAnswers(agentDeps))({ name: 'sandbox.list', request: {} })

  await expect(answer).rejects.toMatchObject({ wire: { reason: 'agent-not-running' } })
  expect(agentDeps.onLinkTrouble).toHaveBeenCalledOnce()
})

test('an app operation parses its request', async () => {
  const copyText = vi.fn(async () => ({}))
  const never = () => Promise.reject(new Error('not this one'))
  const answers = appAnswers({
    startAgent: never,
    chooseImage: never,
    choosePaths: never,
    chooseTarget: never,
    copyText,
    openLink: never,
    saveFile: never,
    showLog: never,
    readApp: never,
    tellLanguage: never,
  })

  await expect(call(answers)({ name: 'app.copyText', request: { text: 7 } })).rejects.toMatchObject({
    wire: { code: 'invalidRequest' },
  })
  expect(await call(answers)({ name: 'app.copyText', request: { text: 'a' } })).toEqual({})
  expect(copyText).toHaveBeenCalledExactlyOnceWith({ text: 'a' }, page)
})

test.each(['../x.svg', '/etc/x.svg', 'a/b.svg', '', '.hidden'])(
  'a file is saved under a plain name, not %j',
  async (name) => {
    const saveFile = vi.fn(async () => ({ path: null }))
    const never = () => Promise.reject(new Error('not this one'))
    const choices = { chooseImage: never, choosePaths: never, chooseTarget: never, tellLanguage: never }
    const handlers = { startAgent: never, ...choices, copyText: never, openLink: never, showLog: never, readApp: never }
    const send = call(appAnswers({ ...handlers, saveFile }))
    const content = { kind: 'svg', text: '<svg/>' }

    await expect(send({ name: 'app.saveFile', request: { name, content } })).rejects.toMatchObject({
      wire: { code: 'invalidRequest' },
    })
    expect(saveFile).not.toHaveBeenCalled()
    expect(await send({ name: 'app.saveFile', request: { name: 'joey-web.svg', content } })).toEqual({ path: null })
  },
)

test.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://user:secret@joey.example/',
  'https://',
  'https://joey.example/\n',
  'https://xn--joey\u0430.example/',
])('no browser is asked to open %j', async (address) => {
  const openLink = vi.fn(async () => ({}))
  const never = () => Promise.reject(new Error('not this one'))
  const choices = { chooseImage: never, choosePaths: never, chooseTarget: never, saveFile: never, tellLanguage: never }
  const handlers = { startAgent: never, ...choices, copyText: never, showLog: never, readApp: never }
  const send = call(appAnswers({ ...handlers, openLink }))

  await expect(send({ name: 'app.openLink', request: { address } })).rejects.toMatchObject({
    wire: { code: 'invalidRequest' },
  })
  expect(openLink).not.toHaveBeenCalled()
  expect(await send({ name: 'app.openLink', request: { address: 'http://[::1]:8080/a?b#c' } })).toEqual({})
})
