import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import type { EventLog } from './event-log.ts'
import { createTasks } from './tasks.ts'

test('a task that fails reports why, with what makes it in other languages', async () => {
  const facts: unknown[] = []
  const events: Pick<EventLog, 'commit'> = { commit: (more) => void facts.push(...more) }
  const tasks = createTasks(events as EventLog, () => new Date(0))
  const request = { id: 'one', kind: 'image.import', subject: 'x.tar', signal: new AbortController().signal } as const
  await expect(tasks.run(request, () => Promise.reject(appError('archive-damaged')))).rejects.toThrow()
  expect(facts.slice(-2)).toMatchObject([
    {
      type: 'task.changed',
      task: {
        phase: 'failed',
        message: appError('archive-damaged').wire.message,
        messageWording: { reason: 'archive-damaged' },
      },
    },
    { type: 'task.removed', id: 'one' },
  ])
})
