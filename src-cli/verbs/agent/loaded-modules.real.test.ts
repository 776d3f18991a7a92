import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const entry = resolve(import.meta.dirname, '../../../out/cli/index.js')

/** Modules of Node that take milliseconds to load, and that what is typed all day does without. */
const slow = ['crypto', 'http', 'https', 'tls', 'zlib', 'child_process', 'readline', 'worker_threads', 'url']

function modulesOf(words: readonly string[]): readonly string[] {
  const probe = join(testAgent.home, 'probe.cjs')
  writeFileSync(
    probe,
    `const before = new Set(process.moduleLoadList)
    process.on('exit', () => {
      const loaded = process.moduleLoadList.filter((name) => !before.has(name))
      require('node:fs').writeSync(2, 'LOADED ' + JSON.stringify(loaded) + '\\n')
    })`,
  )
  const { stderr, status } = spawnSync(process.execPath, ['--require', probe, '--', entry, ...words], {
    env: { JOEY_HOME: testAgent.home, PATH: process.env['PATH'] },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toMatchObject({ status: 0 })
  const listed = JSON.parse(/^LOADED (.*)$/m.exec(stderr)?.[1] ?? '[]') as readonly string[]
  return listed.map((name) => name.replace('NativeModule ', ''))
}

test.each([['version'], ['ls'], ['run', '--rm', '--network', 'none', 'busybox', 'true']])(
  'the built command line loads no slow module of Node for %s',
  (...words) => {
    const loaded = modulesOf(words)
    expect(loaded).toContain('net')
    expect(loaded.filter((name) => slow.includes(name))).toEqual([])
  },
)
