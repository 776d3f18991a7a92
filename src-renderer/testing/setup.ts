import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// A second, its own deadline, is too short for a machine that is busy with something else.
configure({ asyncUtilTimeout: 15_000 })

// The page outlives a test, and a file.
afterEach(cleanup)
