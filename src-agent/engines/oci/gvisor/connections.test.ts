import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findSystemProgram } from '#contract/client/system-program'
import { applyChange, findChange, patchDisconnectOk, planChange, undoChange } from './connections.ts'
import { findGoFunctions } from './go-program.ts'
import { endingWith } from './save-state.ts'

test('a program that is not Go, or cut off, has nothing that could be changed', () => {
  expect(findChange(Buffer.from('#!/bin/sh\n'))).toBeNull()
  expect(findChange(Buffer.alloc(0))).toBeNull()
  expect(findGoFunctions(Buffer.from('nothing'), ['main.main'])).toEqual({ 'main.main': null })
})

test('a process that is not gVisor is left as it is', async () => {
  expect(findSystemProgram('sh')).not.toBeNull()
  expect(await patchDisconnectOk(process.pid)).toBeNull()
  expect(await patchDisconnectOk(2 ** 30)).toBeNull()
})

/** As runsc 20221219 of Debian 12 has them: fdbased.(*endpoint).Capabilities, stack.(*Route).HasSaveRestoreCapability. */
const card = { address: 16, code: Buffer.from('488b4038c3cccccccccccccccccccccc', 'hex') }
const savable = {
  address: 64,
  code: Buffer.from(
    '493b661076334883ec1048896c2408488d6c2408488b8888000000488b11488b4108488b4a30ffd10fbae0040f92c0488b6c24084883c410c3',
    'hex',
  ),
}

test('the recorded code is changed in its return and the padding after it, and nowhere else', () => {
  const change = planChange(card, savable)
  expect(change?.address).toBe(16)
  expect(change?.before.toString('hex')).toBe('488b4038c3cccccccc')
  expect(change?.after.toString('hex')).toBe('488b40384883c820c3')
})

test('code that differs from the recorded in any byte that matters is not changed', () => {
  for (let at = 0; at < 9; at += 1) {
    const code = Buffer.from(card.code)
    code.writeUInt8(code.readUInt8(at) ^ 0x80, at)
    expect(planChange({ ...card, code }, savable), `byte ${at}`).toBeNull()
  }
  const withoutTest = {
    ...savable,
    code: Buffer.from(savable.code.toString('hex').replace('0fbae004', '0fbae010'), 'hex'),
  }
  expect(planChange(card, withoutTest)).toBeNull()
  expect(planChange(null, savable)).toBeNull()
  expect(planChange(card, null)).toBeNull()
})

/** A file in place of a process's memory. */
async function withMemory(
  content: Buffer,
  work: (memory: Awaited<ReturnType<typeof open>>, bytes: () => Buffer) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'joey-memory-'))
  const path = join(folder, 'mem')
  writeFileSync(path, content)
  const memory = await open(path, 'r+')
  try {
    await work(memory, () => readFileSync(path))
  } finally {
    await memory.close()
    rmSync(folder, { recursive: true })
  }
}

test('what was changed is made what it was, byte for byte', async () => {
  const change = planChange(card, savable)
  if (change === null) throw new Error('The recorded code is known.')
  const content = Buffer.concat([Buffer.alloc(16, 1), card.code, Buffer.alloc(16, 2)])
  await withMemory(content, async (memory, bytes) => {
    expect(await applyChange(memory, change)).toBe(true)
    expect(bytes().subarray(16, 25)).toEqual(change.after)
    await undoChange(memory, change, 0)
    expect(bytes()).toEqual(content)
  })
})

test('memory that does not hold the known code is left as it is', async () => {
  const change = planChange(card, savable)
  if (change === null) throw new Error('The recorded code is known.')
  const content = Buffer.alloc(64, 0x90)
  await withMemory(content, async (memory, bytes) => {
    expect(await applyChange(memory, change)).toBe(false)
    await undoChange(memory, change, 0)
    expect(bytes()).toEqual(content)
  })
})

test('a change is taken back where the save fails, and forgotten where the process ended with it', async () => {
  const done: string[] = []
  const patch = { undo: async () => void done.push('undone'), forget: async () => void done.push('forgotten') }
  await expect(endingWith(patch, () => Promise.reject(new Error('cancelled')))).rejects.toThrow('cancelled')
  await endingWith(patch, () => Promise.resolve())
  expect(done).toEqual(['undone', 'forgotten'])
})
