import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { expect, test } from 'vitest'
import { watchDocument } from './document-lifetime.ts'

test.each(['did-navigate', 'render-process-gone', 'destroyed'])('%s ends what belonged to the document', (event) => {
  const contents = new EventEmitter()
  const signal = watchDocument(contents as unknown as WebContents)
  const before = signal()

  contents.emit(event)

  expect(before.aborted).toBe(true)
  expect(signal().aborted).toBe(false)
})
