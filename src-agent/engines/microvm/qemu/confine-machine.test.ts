import { expect, test } from 'vitest'
import { windowAccount } from '#contract/client/place'
import { idleMachineAccount } from '../../../base/kernel/id-ranges.ts'
import { machineUid } from './confine-machine.ts'

test('no machine runs as the account of the window, which may use the agent', () => {
  expect(idleMachineAccount).not.toBe(windowAccount)
  for (const id of ['aaaa00000000', 'aaaaafffffff', 'aaaaa7ff0000', 'aaaaa7ffffff']) {
    expect(machineUid(id, 2 ** 32)).toBeLessThan(windowAccount)
  }
})
