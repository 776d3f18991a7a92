import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyProgram } from './copy-program.ts'
import { isUnchanged } from './manifest.ts'
import { listProgramFiles } from './program-files.ts'

let folder = ''
let root = ''
let node = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-program-'))
  root = join(folder, 'checkout')
  node = put('some/node', '#!node', 0o755)
  put('package.json', JSON.stringify({ dependencies: { a: '1' }, devDependencies: { tool: '1' } }))
  put('joey', '#!/bin/sh', 0o755)
  put('out/agent/index.js', 'agent')
  put('out/agent/index.js.map', 'map')
  put('out/cli/chunks/x.js', 'chunk')
  put('out/renderer/index.html', 'window')
  put('resources/inside/joey-inside', 'elf', 0o755)
  put(
    'node_modules/a/package.json',
    JSON.stringify({ dependencies: { '@scope/b': '1' }, optionalDependencies: { no: '1' } }),
  )
  put('node_modules/a/index.js', 'a')
  put('node_modules/@scope/b/index.js', 'b')
  put('node_modules/@scope/b/package.json', '{}')
  put('node_modules/tool/package.json', '{}')
  put('node_modules/tool/index.js', 'tool')
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(path: string, text: string, mode = 0o664): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

const into = () => join(folder, 'into')
const copy = () => copyProgram({ root, node, version: '1.2.3' }, into())
const inNode = `node_modules/node-linux-${process.arch}/bin/node`

test('what the agent and the command line need is listed, and nothing else', () => {
  symlinkSync('/etc/shadow', join(root, 'out/agent/link.js'))
  expect(listProgramFiles(root, node).map(({ path }) => path)).toEqual([
    'joey',
    'node_modules/@scope/b/index.js',
    'node_modules/@scope/b/package.json',
    'node_modules/a/index.js',
    'node_modules/a/package.json',
    inNode,
    'out/agent/index.js',
    'out/cli/chunks/x.js',
    'package.json',
    'resources/inside/joey-inside',
  ])
})

test('a packaged app, which keeps its manifest elsewhere, has all of its packages copied', () => {
  rmSync(join(root, 'package.json'))
  expect(listProgramFiles(root, node).map(({ path }) => path)).toContain('node_modules/tool/index.js')
})

test.each([0o077, 0o000])('a copy is whole, never a link, and has modes of its own with mask %o', (mask) => {
  const before = process.umask(mask)
  const made = copy()
  process.umask(before)
  expect(made).toMatch(/\/into\/1\.2\.3-[0-9a-f]{16}$/)
  expect(readFileSync(join(made, inNode), 'utf8')).toBe('#!node')
  expect(statSync(join(made, 'out/agent/index.js')).ino).not.toBe(statSync(join(root, 'out/agent/index.js')).ino)
  const modeOf = (path: string) => statSync(join(made, path)).mode & 0o7777
  expect(['.', 'out/agent', 'joey', inNode, 'out/agent/index.js'].map(modeOf)).toEqual([
    0o755, 0o755, 0o755, 0o755, 0o644,
  ])
  expect(isUnchanged(made)).toBe(true)
  expect(readdirSync(into())).toHaveLength(1)
})

test('the same content is copied once; another gets a folder of its own', () => {
  const first = copy()
  const { ino } = statSync(join(first, 'joey'))
  expect(copy()).toBe(first)
  put('out/agent/index.js', 'agent') // written anew with the same content
  expect(copy()).toBe(first)
  expect(statSync(join(first, 'joey')).ino).toBe(ino)
  put('out/agent/index.js', 'changed')
  const second = copy()
  expect(second).not.toBe(first)
  expect(readFileSync(join(second, 'out/agent/index.js'), 'utf8')).toBe('changed')
  expect(existsSync(first)).toBe(true)
})

test('a copy that somebody has changed is made anew', () => {
  const first = copy()
  appendFileSync(join(first, 'out/agent/index.js'), 'evil')
  expect(isUnchanged(first)).toBe(false)
  expect(copy()).toBe(first)
  expect(isUnchanged(first)).toBe(true)
})

test('only the latest few are kept', () => {
  for (let index = 0; index < 6; index += 1) {
    put('out/agent/index.js', `version ${index}`)
    copy()
  }
  expect(readdirSync(into())).toHaveLength(3)
})

test.skipIf(process.getuid?.() !== 0)('a copy belongs to root, whoever owns what is copied', () => {
  chownSync(join(root, 'out/agent/index.js'), 4711, 4711)
  expect(statSync(join(copy(), 'out/agent/index.js'))).toMatchObject({ uid: 0 })
})
