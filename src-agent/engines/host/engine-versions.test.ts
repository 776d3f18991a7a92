import { expect, test } from 'vitest'
import { type Engine, findOldEngines } from './engine-versions.ts'

test.each<[Engine['name'], string, string]>([
  ['runc', '1.1.12', 'warning'],
  ['runc', '1.1.5', 'problem'],
  ['runc', '1.1.5+ds1', 'warning'],
  ['runc', '1.2.7', 'warning'],
  ['runc', '1.2.8', 'fine'],
  ['runc', '1.3.2', 'warning'],
  ['runc', '1.4.0', 'fine'],
  ['crun', '1.8.1', 'fine'],
  ['crun', '1.4.3', 'warning'],
  ['runsc', '0.0~20221219.0', 'warning'],
  ['runsc', 'release-20240807.0', 'fine'],
  ['qemu', '7.2.22', 'fine'],
  ['qemu', '7.2.10', 'warning'],
  ['qemu', '8.1.5', 'warning'],
  ['qemu', '10.0.2', 'fine'],
  ['virtiofsd', '6.2.0', 'warning'],
  ['conmon', '2.1.6', 'fine'],
  ['conmon', '2.0.25', 'warning'],
  ['kernel', '6.1.75', 'problem'],
  ['kernel', '6.1.0-18-amd64', 'warning'],
  ['kernel', '6.2.16', 'problem'],
  ['kernel', '6.18.5', 'fine'],
  ['kernel', 'of unknown version', 'fine'],
])('%s %s: %s', (name, version, verdict) => {
  expect(findOldEngines([{ name, version }])[0]?.level ?? 'fine').toBe(verdict)
})

test('a finding says what an old one lets happen, with numbers to look up', () => {
  const [finding] = findOldEngines([{ name: 'runc', version: '1.1.5+ds1' }])
  expect(finding).toMatchObject({ id: 'version-runc', title: 'runc 1.1.5+ds1 is older than 1.2.8' })
  expect(finding?.detail).toMatch(/onto the host.*CVE-2024-21626.*Your distribution may have fixed it/)
})
