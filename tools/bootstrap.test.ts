import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from './paths.ts'
import { type Finished, run } from './process/run.ts'

const installable = { '': {}, 'node_modules/tool': { version: '1.0.0', integrity: 'sha512-a' } }
const forAnotherSystem = { 'node_modules/tool-win32': { version: '1.0.0', optional: true } }
const lock = JSON.stringify({ packages: { ...installable, ...forAnotherSystem } })
/** npm's own list of what it has put into node_modules. */
const installed = JSON.stringify({ packages: installable })

let checkout = ''
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'joey-bootstrap-'))
  write('package-lock.json', lock)
  cpSync(join(root, 'tools/bootstrap.mjs'), join(checkout, 'tools/bootstrap.mjs'), { recursive: true })
  write(
    'tools/build.ts',
    'console.log(JSON.stringify([process.argv.slice(2), process.env.PATH])); process.exitCode = 7',
  )
  // An npm that reports that it was called, and "installs".
  write('bin/npm', '#!/bin/sh\necho "$@" > called; mkdir -p node_modules\n')
  chmodSync(join(checkout, 'bin/npm'), 0o755)
})
afterEach(() => rmSync(checkout, { recursive: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(checkout, name)), { recursive: true })
  writeFileSync(join(checkout, name), text)
}

function bootstrap(...args: readonly string[]): Promise<Finished> {
  const { npm_execpath: _, ...env } = process.env
  const path = `${join(checkout, 'bin')}:/usr/bin:/bin`
  return run(process.execPath, [join(checkout, 'tools/bootstrap.mjs'), ...args], { env: { ...env, PATH: path } })
}

function wasNpmCalled(): boolean {
  try {
    return readFileSync(join(checkout, 'called'), 'utf8').startsWith('ci --ignore-scripts')
  } catch {
    return false
  }
}

test('arguments, exit code and the right Node first on PATH reach the tool', async () => {
  const { code, stdout } = await bootstrap('build', 'a b', '--flag')
  const [args, path] = JSON.parse(stdout.split('\n').find((line) => line.startsWith('[')) ?? '') as [string[], string]
  expect(args).toEqual(['a b', '--flag'])
  expect(path.split(':')[0]).toBe(dirname(process.execPath))
  expect(code).toBe(7)
})

test('what is missing is installed from the lock file, once, and without install scripts', async () => {
  expect((await bootstrap('build')).stdout).toMatch(/^Installing dependencies … \d+\.\d s\n/)
  expect(wasNpmCalled()).toBe(true)
  rmSync(join(checkout, 'called'))
  expect((await bootstrap('build')).stdout).not.toContain('Installing')
  expect(wasNpmCalled()).toBe(false)
})

test('a changed lock file installs again', async () => {
  write('node_modules/.joey-lock-hash', createHash('sha256').update('another lock file').digest('hex'))
  await bootstrap('build')
  expect(wasNpmCalled()).toBe(true)
})

test('packages that npm installed by itself from this very lock file are left alone', async () => {
  write('node_modules/.package-lock.json', installed)
  write('node_modules/tool/package.json', '{}')
  await bootstrap('build')
  expect(wasNpmCalled()).toBe(false)
})

test('a package that npm lists but that is gone is installed again', async () => {
  write('node_modules/.package-lock.json', installed)
  await bootstrap('build')
  expect(wasNpmCalled()).toBe(true)
})

test('an unknown command is answered with the known ones', async () => {
  const { code, stderr } = await bootstrap('buidl')
  expect(code).toBe(1)
  expect(stderr).toBe(
    'There is no command buidl. Choose from: start, test, check, bench, build, dev, e2e, package, fuzz, chaos, software.\n',
  )
})

test('a failed installation shows what npm said and what to do', async () => {
  write('bin/npm', '#!/bin/sh\necho "npm error network" >&2; exit 1\n')
  const { code, stderr } = await bootstrap('build')
  expect(code).toBe(1)
  expect(stderr).toContain('npm error network\n')
  expect(stderr).toContain('The dependencies could not be installed. Check the network')
})
