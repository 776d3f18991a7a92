import { expect, test } from 'vitest'
import { appOperations, channels as contractChannels } from '#contract/app'
import { operations, streams } from '#contract/registry'
import { callNames, channels, streamNames } from './names.ts'

test('the page may name every operation but the end of the agent, the accounts that it serves, the unreadable records, the history of images, archives of volumes, functions and leftovers', () => {
  const all = [...Object.values(operations), ...Object.values(appOperations)].map(({ name }) => name)

  const hidden = [
    ...['agent.stop', 'agent.serve', 'records.unreadable', 'records.drop', 'image.history'],
    ...['volume.export', 'volume.import', 'host.leftovers', 'host.removeLeftovers'],
    ...['deploy', 'list', 'inspect', 'traffic', 'remove', 'invocations'].map((verb) => `function.${verb}`),
  ]
  expect(callNames).toEqual(all.filter((name) => !hidden.includes(name)))
})

test('the page may name the streams that a window shows', () => {
  const all: readonly string[] = Object.values(streams).map(({ name }) => name)

  expect(streamNames).toEqual(
    all.filter((name) => !['sandbox.exec', 'sandbox.attach', 'files.stream', 'image.build'].includes(name)),
  )
})

test('the channels are those of the contract', () => {
  expect(channels).toMatchObject(contractChannels)
})
