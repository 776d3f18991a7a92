import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../paths.ts'
import { completeLock, findDemands, findGaps, type Lock } from './complete-lock.ts'

test('the lock file says what to install for every platform; if not, run node tools/complete-lock.ts', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  expect(findGaps(lock)).toEqual([])
  expect(findDemands(lock)).toEqual([])
})

test('a package of which only data is used is installed by any Node', () => {
  const path = 'node_modules/@superradcompany/microsandbox-linux-x64-gnu'
  const lock: Lock = { packages: { [path]: { version: '1.2.3', engines: { node: '>= 22' } } } }
  expect(findDemands(lock)).toEqual([path])
  expect(completeLock(lock).packages).toEqual({ [path]: { version: '1.2.3' } })
})

test('a package for another platform is added with the platform that its name says', () => {
  const lock: Lock = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '1.2.3',
        dev: true,
        optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/linux-x64': '1.2.3' },
      },
      'node_modules/@tool/linux-x64': { version: '1.2.3' },
    },
  }

  const complete = completeLock(lock)

  expect(complete.packages['node_modules/@tool/linux-x64-musl']).toEqual({
    version: '1.2.3',
    dev: true,
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  })
  expect(findGaps(complete)).toEqual([])
})

test('a nested package counts as found', () => {
  const packages = {
    'node_modules/a': { optionalDependencies: { b: '1.0.0' } },
    'node_modules/a/node_modules/b': { version: '1.0.0' },
  }
  expect(findGaps({ packages })).toEqual([])
})
