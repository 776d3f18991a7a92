import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MachineShape } from '../qemu/machine-shape.ts'
import { createTemplates } from './templates.ts'

const shape = (memoryMebibytes: number): MachineShape => ({ memoryMebibytes, cpus: 1, disks: 2, network: true })

describe('templates', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'joey-templates-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const write = vi.fn(async (_shape: MachineShape, path: string) => writeFileSync(path, 'state'))
  const create = (make: typeof write | (() => Promise<void>) = write, key = 'key', most = 6) => {
    write.mockClear()
    return createTemplates({ folder, key, make, log: { info: () => {}, warn: () => {} }, most })
  }

  test('are made when they are first missed, once for all who ask, and found from then on', async () => {
    const templates = create()
    expect(await templates.find(shape(256))).toBeNull()
    expect(await templates.find(shape(256))).toBeNull()
    await templates.ensure(shape(256))
    expect(await templates.find(shape(256))).toMatch(/256m-1c-2d-net\.state$/)
    expect(write).toHaveBeenCalledTimes(1)
  })

  test('that cannot be made are not tried again and again', async () => {
    const make = vi.fn(() => Promise.reject(new Error('no')))
    const templates = create(make)
    await templates.ensure(shape(256))
    await templates.ensure(shape(256))
    expect(await templates.find(shape(256))).toBeNull()
    expect(make).toHaveBeenCalledTimes(1)
  })

  test('that did not work are gone and do not come back', async () => {
    const templates = create()
    await templates.ensure(shape(256))
    await templates.discard(shape(256))
    expect(await templates.find(shape(256))).toBeNull()
    await templates.close()
    expect(write).toHaveBeenCalledTimes(1)
  })

  test('of another kernel, init or QEMU are removed', async () => {
    mkdirSync(join(folder, 'former'))
    const templates = create(write, 'present')
    await templates.ensure(shape(256))
    expect(existsSync(join(folder, 'former'))).toBe(false)
  })

  test('that were used longest ago make room', async () => {
    const templates = create(write, 'key', 2)
    for (const size of [256, 512]) await templates.ensure(shape(size))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await templates.find(shape(256))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await templates.ensure(shape(1024))
    expect(await templates.find(shape(256))).not.toBeNull()
    expect(existsSync(join(folder, 'key', '512m-1c-2d-net.state'))).toBe(false)
    await templates.close()
  })

  test('in the making are given up when the agent leaves', async () => {
    const make = (_shape: MachineShape, _path: string, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
    const templates = createTemplates({ folder, key: 'key', make, log: { info: () => {}, warn: () => {} } })
    void templates.ensure(shape(256))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await expect(templates.close()).resolves.toBeUndefined()
  })
})
