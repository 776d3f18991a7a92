import { expect, test } from 'vitest'
import { chooseSource } from './debian-source.ts'

const debootstrap = 'X=1\nDEF_MIRROR="http://usual.example/debian"\n'
const bookworm = 'ID=debian\nVERSION_CODENAME=bookworm\n'
const stanzas = `Types: deb
# a comment
URIs: http://near.example/debian/
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://near.example/debian-security
Suites: bookworm-security
Components: main contrib

Types: deb
URIs: https://tools.example/apt
Suites: bookworm
Components: other
`

test('the mirror and the release are those of this machine, with what corrects it', () => {
  expect(chooseSource({ osRelease: bookworm, aptSources: [stanzas], debootstrap })).toEqual({
    mirror: 'http://near.example/debian',
    suite: 'bookworm',
    further: [
      'deb http://near.example/debian bookworm-updates main',
      'deb http://near.example/debian-security bookworm-security main',
    ],
  })
})

test('sources in lines are read as well, those that are turned off are not', () => {
  const lines = [
    '# deb http://off.example/debian bookworm main',
    'deb-src http://src.example/debian bookworm main',
    'deb cdrom:[Debian]/ bookworm main',
    'deb [arch=amd64 signed-by=/k] https://line.example/debian bookworm main contrib',
  ].join('\n')
  expect(chooseSource({ osRelease: bookworm, aptSources: [lines], debootstrap }).mirror).toBe(
    'https://line.example/debian',
  )
})

test('on another system, and where apt has none, it is what debootstrap begins with', () => {
  const ubuntu = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n'
  const aptSources = ['deb http://ubuntu.example/ubuntu noble main']
  const usual = { mirror: 'http://usual.example/debian', suite: 'stable', further: [] }
  expect(chooseSource({ osRelease: ubuntu, aptSources, debootstrap })).toEqual(usual)
  expect(chooseSource({ osRelease: bookworm, aptSources: [], debootstrap })).toMatchObject({ suite: 'bookworm' })
})

test('what was asked for goes before all of that', () => {
  const files = { osRelease: bookworm, aptSources: [stanzas], debootstrap }
  expect(chooseSource(files, { suite: 'trixie' })).toMatchObject({
    mirror: 'http://usual.example/debian',
    suite: 'trixie',
  })
  expect(chooseSource(files, { mirror: 'http://mine.example/debian' })).toMatchObject({
    ...{ mirror: 'http://mine.example/debian', suite: 'bookworm', further: [] },
  })
})
