import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { type Draft, draftsStore, putDraft, useDraft } from '../../store/drafts-store.ts'
import { uiStore } from '../../store/ui-store.ts'
import { renderScreen } from '../../testing/render.tsx'
import { FileEditor } from './file-editor.tsx'

const draft: Draft = { tree: 'sandbox:web', path: '/etc/hosts', text: 'one', original: 'one', version: '1' }
const onSave = vi.fn()

function Editor(): ReactNode {
  const present = useDraft(draft)
  return present ? <FileEditor name="hosts" draft={present} onSave={onSave} /> : <p>Nothing</p>
}

beforeEach(() => {
  draftsStore.setState({ drafts: new Map() })
  uiStore.setState({ question: null })
  onSave.mockClear()
  putDraft(draft)
})
const text = (): HTMLTextAreaElement => screen.getByRole('textbox', { name: 'Text of hosts' })
const kept = (): string | undefined => [...draftsStore.getState().drafts.values()][0]?.text

test('what is typed outlives the editor', async () => {
  const { unmount } = renderScreen(<Editor />)
  await userEvent.type(text(), ' two')
  expect(screen.getByText('Unsaved')).toBeTruthy()
  unmount()
  expect(kept()).toBe('one two')
})

test('an editor that is left as it was leaves nothing behind', () => {
  renderScreen(<Editor />).unmount()
  expect(kept()).toBeUndefined()
})

test('Ctrl+S saves, Tab indents, and Tab after Escape leaves', async () => {
  renderScreen(<Editor />)
  await userEvent.type(text(), '{Control>}s{/Control}')
  expect(onSave).toHaveBeenCalledOnce()
  await userEvent.tab()
  expect(kept()).toBe('one\t')
  await userEvent.keyboard('{Escape}')
  await userEvent.tab()
  expect(document.activeElement).not.toBe(text())
})

test('giving up what was typed is asked about first', async () => {
  renderScreen(<Editor />)
  await userEvent.type(text(), '!')
  await userEvent.click(screen.getByRole('button', { name: 'Discard' }))
  expect(uiStore.getState().question?.title).toBe('Discard the changes to hosts?')
  expect(kept()).toBe('one!')
  uiStore.getState().question?.onConfirm()
  expect(await screen.findByText('Nothing')).toBeTruthy()
})
