import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { agentStore } from '../../store/agent-store.ts'
import { diskStore } from '../../store/resources-stores.ts'
import { uiStore } from '../../store/ui-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { DiskTable } from './disk-table.tsx'

const kind = (name: string, bytes: number, reclaimableBytes: number) => ({
  ...{ kind: name, count: 1, active: 0, bytes, sharedBytes: 0, reclaimableBytes },
})

test('what nothing uses goes after a preview only, and what has no button has a command', async () => {
  const volume = { removed: [{ name: 'old', sizeBytes: 2048 }], freedBytes: 2048 }
  const joey = makeFakeJoey({
    calls: {
      'system.diskUsage': () => ({
        kinds: [kind('volumes', 4096, 2048), kind('sandboxes', 9, 9)],
        bytes: 1,
        reclaimableBytes: 1,
      }),
      'volume.prune': () => volume,
    },
  })
  Object.assign(window, { joey })
  agentStore.setState({ link: { state: 'live' } })
  await diskStore.load(null)
  renderScreen(<DiskTable />)
  expect(screen.getByText('joey prune')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Remove unused: Volumes…' }))
  const { question } = uiStore.getState()
  expect(question).toMatchObject({ list: ['old (2 KiB)'], danger: true })
  const prunes = () => joey.requests.filter(({ name }) => name === 'volume.prune').map(({ request }) => request)
  expect(prunes()).toEqual([{ all: true, dryRun: true }])
  question?.onConfirm()
  await expect.poll(prunes).toEqual([
    { all: true, dryRun: true },
    { all: true, dryRun: false },
  ])
  uiStore.setState({ question: null })
  diskStore.forget()
})
