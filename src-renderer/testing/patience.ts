import { configure } from '@testing-library/react'

// A second, its own deadline, is too short for a machine that is busy with something else.
configure({ asyncUtilTimeout: 15_000 })
