import { expect, test } from 'vitest'
import { chooseName, isDebianFamily } from './packages.ts'

test.each([
  ['Debian', 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', true],
  ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\n', true],
  ['Mint', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
  ['Fedora', 'ID=fedora\nVERSION_ID=40\n', false],
  ['a system that only mentions Debian', 'ID=other\nHOME_URL="https://debian.example"\n', false],
  ['a system that says nothing', '', false],
])('%s', (_name, osRelease, expected) => {
  expect(isDebianFamily(osRelease)).toBe(expected)
})

const policy = `libasound2t64:
  Installed: (none)
  Candidate: 1.2.11-1build2
  Version table:
     1.2.11-1build2 500
libnss3t64:
  Installed: (none)
  Candidate: (none)
  Version table:
`

test.each([
  ['the new name where apt offers it', 'libasound2', 'libasound2t64'],
  ['the old name where the new one has no candidate', 'libnss3', 'libnss3'],
  ['the old name where apt has never heard of the new one', 'runc', 'runc'],
  ['the old name of a package with a dot and plus signs', 'libatk-bridge2.0-0', 'libatk-bridge2.0-0'],
])('%s', (_rule, name, chosen) => {
  expect(chooseName(name, policy)).toBe(chosen)
})
