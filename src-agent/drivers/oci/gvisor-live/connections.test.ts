import { expect, test } from 'vitest'
import { findProgram } from '../../../process/find-program.ts'
import { findChange, letConnectionsGo } from './connections.ts'
import { findGoFunctions } from '../../../engines/oci/gvisor/go-program.ts'

test('a program that is not Go, or cut off, has nothing that could be changed', () => {
  expect(findChange(Buffer.from('#!/bin/sh\n'))).toBeNull()
  expect(findChange(Buffer.alloc(0))).toBeNull()
  expect(findGoFunctions(Buffer.from('nothing'), ['main.main'])).toEqual({ 'main.main': null })
})

test('a process that is not gVisor is left as it is', async () => {
  expect(findProgram('sh')).not.toBeNull()
  expect(await letConnectionsGo(process.pid)).toBe(false)
  expect(await letConnectionsGo(2 ** 30)).toBe(false)
})
