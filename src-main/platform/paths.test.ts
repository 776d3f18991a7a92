import { expect, test } from 'vitest'
import { findPaths } from './paths.ts'

const deps = { appPath: '/opt/joey', appData: '/home/ada/.config', env: {} }

test('what belongs to the window lies in the folder of applications', () => {
  expect(findPaths(deps).userData).toBe('/home/ada/.config/joey')
})

test('with a home of its own, the window keeps its things below it', () => {
  expect(findPaths({ ...deps, env: { JOEY_HOME: '/tmp/home' } }).userData).toBe('/tmp/home/window')
})

test('a window that runs as another account keeps its things where that account may', () => {
  const env = { JOEY_HOME: '/tmp/home', JOEY_WINDOW_HOME: '/run/joey-users/7/window' }
  expect(findPaths({ ...deps, env }).userData).toBe('/run/joey-users/7/window')
})

test('in a packaged app the command line lies beside the archive', () => {
  const { script, renderer } = findPaths({ ...deps, appPath: '/opt/joey/resources/app.asar' })

  expect(script).toBe('/opt/joey/resources/app.asar.unpacked/joey')
  expect(renderer).toBe('/opt/joey/resources/app.asar/out/renderer')
})
