import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { appError } from '#contract/app-error'
import { createLogFiles, type LogFiles } from '../logs/log-files.ts'
import { createMainSource } from './main-source.ts'

/** A log whose reader learns at the first opening that the log has run away from it. */
async function outrunLog(text: string): Promise<LogFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'joey-main-source-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'log')
  await writeFile(path, `2026-01-01T00:00:00.000000000Z stdout F ${text}\n`)
  const files = createLogFiles(path)
  let opened = 0
  return {
    ...files,
    async open(from) {
      const cursor = await files.open(from)
      opened += 1
      if (opened > 1) return cursor
      return { ...cursor, read: () => Promise.reject(appError('log-reader-too-slow')) }
    },
  }
}

test('a log that ran away from the terminal is output left out, and the terminal goes on', async () => {
  const files = await outrunLog('last')
  const onError = vi.fn()
  const onSkip = vi.fn()
  const seen: string[] = []
  const source = createMainSource({
    ...{ files, start: null, attach: '/nowhere', control: '/nowhere', onError },
    ended: Promise.resolve({ code: 3 }),
  })
  source.onSkip(onSkip)
  source.onData((bytes) => seen.push(bytes.toString()))
  expect(await new Promise((resolve) => source.onExit(resolve))).toBe(3)
  expect(seen.join('')).toContain('last')
  expect(onSkip).toHaveBeenCalledOnce()
  expect(onError).not.toHaveBeenCalled()
})
