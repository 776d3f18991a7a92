import { expect, test } from 'vitest'
import { sentence } from '#contract/sentence'
import { pinnedKernel } from '../microvm/guest/pinned-kernel.ts'
import { kernelFindings, microvmOffer } from './microvm-offer.ts'
import type { MicrovmVerdict } from './probe-microvm.ts'

function verdictWith(ownPath: string | null, version: string | null = '6.12.109'): MicrovmVerdict {
  const kernelFacts = { version, sha256: 'ab12', ownPath }
  return {
    version: '7.2.22',
    programs: { qemu: '/usr/bin/qemu-system-x86_64', bwrap: '/usr/bin/bwrap' },
    virtiofsd: null,
    assets: { kernel: '/k', initramfs: '/i', key: 'key', kernelFacts },
    acceleration: 'kvm',
    emulated: null,
    failure: null,
    missing: null,
  }
}

test("Joey's own kernel is named with version, origin and licence", () => {
  const [finding] = kernelFindings(verdictWith(null))
  expect(finding).toMatchObject({ id: 'microvm-kernel', level: 'ok', title: 'Micro-VMs boot Linux 6.12.109' })
  for (const part of [pinnedKernel.packageVersion, pinnedKernel.origin, pinnedKernel.licence])
    expect(finding?.detail).toContain(part)
})

test('a kernel of the settings is named as one that Joey was not tested with', () => {
  const [finding] = kernelFindings(verdictWith('/srv/vmlinux'))
  expect(finding).toMatchObject({ level: 'warning', title: 'Micro-VMs boot Linux 6.12.109 from /srv/vmlinux' })
  expect(finding?.detail).toContain('ab12')
})

test.each([
  ['6.12.109', ['CVE-2026-23394', 'CVE-2026-31456']],
  ['6.12.74', ['CVE-2026-45912', 'CVE-2026-23394', 'CVE-2026-31456']],
  ['6.18.22', ['CVE-2026-23394']],
  ['6.6.128', ['CVE-2026-23394']],
  ['6.6.92', ['CVE-2026-45912']],
  ['7.0.1', []],
  [null, []],
] as const)('of Linux %s exactly the faults that its version has are named, each with its source', (version, cves) => {
  for (const ownPath of [null, '/srv/vmlinux']) {
    const [finding] = kernelFindings(verdictWith(ownPath, version))
    expect(finding?.detail?.match(/CVE-[0-9-]+/g) ?? []).toEqual(cves)
  }
})

test('where micro-VMs cannot run there is no kernel to name', () => {
  expect(kernelFindings(null)).toEqual([])
  expect(kernelFindings({ ...verdictWith(null), assets: null })).toEqual([])
})

test('the class says which kernel a sandbox has', () => {
  expect(microvmOffer(verdictWith(null), undefined).explanation).toBe(
    'QEMU 7.2.22 runs Linux 6.12.109 of its own, on hardware.',
  )
})

test('a kernel that does not report its version is offered, emulated too', () => {
  const verdict = verdictWith(null)
  const assets = verdict.assets && { ...verdict.assets, kernelFacts: { version: null, sha256: 'ab12', ownPath: null } }
  expect(microvmOffer({ ...verdict, assets, emulated: sentence('kvm-missing') }, undefined)).toStrictEqual({
    class: 'microvm',
    available: true,
    explanation: 'QEMU 7.2.22 runs Linux of unknown version of its own, emulated.',
    explanationWording: { reason: 'microvm-offered', params: { version: '7.2.22', kernel: '', speed: 'emulated' } },
    emulated: 'This machine offers no hardware virtualisation (no /dev/kvm).',
    emulatedWording: { reason: 'kvm-missing' },
  })
})

test('why there are none is said in the words of what failed, where there are any', () => {
  const failed = { ...verdictWith(null), failure: sentence('program-not-installed', { program: 'QEMU' }) }
  expect(microvmOffer(failed, undefined)).toStrictEqual({
    class: 'microvm',
    available: false,
    explanation: 'QEMU is not installed.',
    explanationWording: { reason: 'program-not-installed', params: { program: 'QEMU' } },
  })
  expect(microvmOffer(null, undefined)).toMatchObject({
    explanation: 'Micro-VMs cannot run here.',
    explanationWording: { reason: 'microvm-not-working' },
  })
})
