import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { createProbeCache } from './probe-cache.ts'
import { probeKvm } from './probe-kvm.ts'

describe('whether KVM works', () => {
  let root: string
  let boots: number
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'joey-kvm-test-'))
    boots = 0
    for (const folder of ['dev', 'proc', 'sys/module']) mkdirSync(join(root, folder), { recursive: true })
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const host = ({ device = true, flags = 'fpu vmx sse', special = false }) => {
    if (device) writeFileSync(join(root, 'dev/kvm'), '')
    writeFileSync(join(root, 'proc/cpuinfo'), `processor\t: 0\nflags\t\t: ${flags}\n`)
    if (special) mkdirSync(join(root, 'sys/module/kvm_pvm'))
  }
  const cache = () => createProbeCache(join(root, 'probes.json'), async () => 'this boot')
  const evaluate = (outcome: Error | null, key = 'qemu 1') => {
    const boot = async () => {
      boots += 1
      if (outcome) throw outcome
    }
    return probeKvm({ root, boot, cache: cache(), key })
  }
  const stalls = new AppError({ code: 'engine', reason: 'template-failed', message: 'It did not come up.' })

  test('is tried with a real guest, once', async () => {
    host({})
    expect(await evaluate(null)).toEqual({ works: true })
    expect(await evaluate(null)).toEqual({ works: true })
    expect(boots).toBe(1)
  })

  test('is tried again for another QEMU or guest', async () => {
    host({})
    await evaluate(null)
    await evaluate(null, 'qemu 2')
    expect(boots).toBe(2)
  })

  test('is not tried without the device, the flags, or an ordinary module', async () => {
    host({ device: false })
    expect(await evaluate(null)).toMatchObject({ works: false, why: { reason: 'kvm-missing' } })
    host({ flags: 'fpu sse vmxnet' })
    expect(await evaluate(null)).toMatchObject({ works: false })
    host({ special: true })
    expect(await evaluate(null)).toMatchObject({ works: false })
    expect(boots).toBe(0)
  })

  test('is not believed where the guest does not come up, and that is remembered', async () => {
    host({})
    expect(await evaluate(stalls)).toMatchObject({ works: false, why: { reason: 'kvm-stalls' } })
    expect(await evaluate(null)).toMatchObject({ works: false })
    expect(boots).toBe(1)
  })

  test('is not measured by a fault of our own', async () => {
    host({})
    await expect(evaluate(new TypeError('a bug'))).rejects.toThrow('a bug')
  })
})
