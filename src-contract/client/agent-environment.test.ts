import { expect, test } from 'vitest'
import { agentEnvironment } from './agent-environment.ts'
import { systemPath } from './system-program.ts'

test('only the settings of Joey go on, and programs are those of the system', () => {
  const caller = {
    PATH: '/home/me/bin:/bin',
    HOME: '/home/me',
    LANG: 'de_DE.UTF-8',
    LD_PRELOAD: '/home/me/x.so',
    NODE_OPTIONS: '--require /home/me/x.js',
    JOEY_HOME: '/srv/joey',
    JOEY_RUNTIME: 'runc',
    JOEY_SECRET: 'x',
    MALLOC_CHECK_: '3',
  }
  expect(agentEnvironment(caller)).toEqual({
    PATH: systemPath,
    LC_ALL: 'C.UTF-8',
    JOEY_HOME: '/srv/joey',
    JOEY_RUNTIME: 'runc',
  })
})
