import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'
import { draftsStore } from '../store/drafts-store.ts'
import { uiStore } from '../store/ui-store.ts'

// A second, its own deadline, is too short for a machine that is busy with something else.
configure({ asyncUtilTimeout: 15_000 })

// The page and its stores outlive a test, and a file: a question that is left open would hide the page of the next one.
afterEach(() => {
  cleanup()
  uiStore.setState({ question: null })
  draftsStore.setState({ drafts: new Map() })
})
