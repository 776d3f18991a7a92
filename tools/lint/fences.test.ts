import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { npmBinary, root } from '../paths.ts'
import { run } from '../process/run.ts'

/** What a planted fault looks like: the fence's name, the file it is planted in, and the file's content. */
type Planted = readonly [fence: string, file: string, code: string]

const faults: readonly Planted[] = [
  ['contract-is-a-leaf', 'src-contract/a.ts', "import '../src-agent/clean.ts'"],
  ['contract-is-a-leaf', 'src-contract/b.ts', "export { readFileSync } from 'node:fs'"],
  ['contract-is-a-leaf', 'src-contract/c.ts', "export * from './client/clean.ts'"],
  ['contract-is-a-leaf', 'src-contract/d.ts', "import * as React from 'react'\nexport const element = React"],
  ['client-speaks-only-the-contract', 'src-contract/client/a.ts', "import '../../src-main/clean.ts'"],
  ['client-speaks-only-the-contract', 'src-contract/client/b.ts', "import 'electron'"],
  ['renderer-is-a-web-page', 'src-renderer/a.ts', "import '../src-main/clean.ts'"],
  ['renderer-is-a-web-page', 'src-renderer/b.ts', "import '../src-preload/clean.ts'"],
  ['renderer-is-a-web-page', 'src-renderer/c.ts', "import '../src-agent/clean.ts'"],
  ['renderer-is-a-web-page', 'src-renderer/d.ts', "import '../src-cli/clean.ts'"],
  ['renderer-is-a-web-page', 'src-renderer/e.ts', "import 'electron'"],
  ['renderer-is-a-web-page', 'src-renderer/f.ts', "import 'electron/renderer'"],
  ['renderer-is-a-web-page', 'src-renderer/g.ts', "import '#contract/client/clean'"],
  ['renderer-is-a-web-page', 'src-renderer/lazy.ts', "export const main = await import('../src-main/clean.ts')"],
  ['renderer-has-no-node', 'src-renderer/h.ts', "import 'node:fs'"],
  ['renderer-has-no-node', 'src-renderer/i.ts', "import 'fs/promises'"],
  ['agent-is-not-electron', 'src-agent/a.ts', "import 'electron'"],
  ['agent-is-not-electron', 'src-agent/b.ts', "import '../src-main/clean.ts'"],
  ['agent-is-not-electron', 'src-agent/c.ts', "import '../src-preload/clean.ts'"],
  ['agent-is-not-electron', 'src-agent/d.ts', "import '../src-renderer/clean.ts'"],
  ['agent-is-not-electron', 'src-agent/e.ts', "import '../src-cli/clean.ts'"],
  ['agent-is-not-electron', 'src-agent/types.ts', "export type Clean = import('../src-main/clean.ts').Clean"],
  ['main-talks-by-contract', 'src-main/a.ts', "import '../src-agent/clean.ts'"],
  ['main-talks-by-contract', 'src-main/b.ts', "import '../src-renderer/clean.ts'"],
  ['main-talks-by-contract', 'src-main/c.ts', "import '../src-cli/clean.ts'"],
  ['preload-is-an-allow-list', 'src-preload/a.ts', "import '../src-main/clean.ts'"],
  ['preload-is-an-allow-list', 'src-preload/b.ts', "import 'node:fs'"],
  ['preload-is-an-allow-list', 'src-preload/c.ts', "import '#contract/client/clean'"],
  ['cli-is-a-client-like-any-other', 'src-cli/a.ts', "import '../src-agent/clean.ts'"],
  ['cli-is-a-client-like-any-other', 'src-cli/b.ts', "import 'electron'"],
  ['drivers-are-strangers', 'src-agent/engines/another/a.ts', "import '../oci/clean.ts'"],
  ['drivers-are-strangers', 'src-agent/engines/oci/a.ts', "import '../microvm/clean.ts'"],
  ['rooms-read-from-the-bottom-to-the-top', 'src-agent/state/a.ts', "import '../sandboxes/clean.ts'"],
  ['rooms-read-from-the-bottom-to-the-top', 'src-agent/network/a.ts', "import '../storage/clean.ts'"],
  ['rooms-read-from-the-bottom-to-the-top', 'src-agent/archive/a.ts', "import '../api/clean.ts'"],
  ['rooms-read-from-the-bottom-to-the-top', 'src-agent/files/deep/a.ts', "import type {} from '../../wire-clean.ts'"],
  ['rooms-read-from-the-bottom-to-the-top', 'src-agent/wire-a.ts', "import './daemon.ts'"],
  ['monitor-is-known-to-engines-only', 'src-agent/sandboxes/m.ts', "import '../engines/conmon.ts'"],
  ['base-knows-no-sandbox', 'src-agent/base/a.ts', "import '#contract/sandbox'"],
  ['programs-start-in-one-place', 'src-agent/f.ts', "import { spawn } from 'node:child_process'\nspawn('true')"],
  ['programs-start-in-one-place', 'src-main/d.ts', "import 'child_process'"],
  ['programs-start-in-one-place', 'src-cli/c.ts', "export const { spawn } = require('node:child_process')"],
  ['programs-start-in-one-place', 'src-cli/e.ts', "process.getBuiltinModule('node:child_process').spawn('true')"],
  ['sqlite-reads-only-its-own', 'src-agent/files/a.ts', "import { DatabaseSync } from 'node:sqlite'"],
  ['sqlite-reads-only-its-own', 'src-agent/files/compare/b.ts', "export { readRpmRows } from './packages/rpm-rows.ts'"],
  ['tests-stay-out-of-the-product', 'src-main/e.ts', "import 'vitest'"],
  ['reason-from-table', 'src-agent/r.ts', "throw new AppError({ code: 'internal', reason: 'x', message: 'x' })"],
  ['reason-from-table', 'src-cli/parse/r.ts', 'throw usageError(`${flag}: not so.`)'],
  ['text-from-table', 'src-agent/observe/t.ts', "export const told = 'Its memory is bound by nothing.'"],
  ['text-from-table', 'src-agent/snapshots/u.ts', 'export const tell = (name: string) => `"${name}" is gone now.`'],
  [
    'text-from-table',
    'src-agent/state/s.ts',
    "export const why = (read: (id: string) => string) => read('It cannot be read?')",
  ],
  ['copy-by-key', 'src-renderer/views/w.tsx', 'export const Words = () => <p>Nothing here</p>'],
  [
    'copy-by-key',
    'src-renderer/components/l.tsx',
    'export const Close = () => <button type="button" aria-label="Close" />',
  ],
  ['copy-by-key', 'src-renderer/views/p.tsx', "export const Field = () => <input placeholder={'Name'} />"],
  ['ipc-only-by-contract', 'src-main/f.ts', "import { ipcMain } from 'electron'\nipcMain.handle('x', () => 1)"],
  ['ipc-only-by-contract', 'src-main/g.ts', "import * as electron from 'electron'\nelectron.ipcMain.on('x', () => {})"],
  [
    'ipc-only-by-contract',
    'src-main/h.ts',
    "import { BrowserWindow } from 'electron'\nnew BrowserWindow().webContents.ipc.on('x', () => {})",
  ],
  [
    'host-writes-in-one-place',
    'src-agent/files/write.ts',
    "import { writeFile } from 'node:fs/promises'\nawait writeFile('/x', '')",
  ],
  [
    'host-writes-in-one-place',
    'src-agent/files/rename.ts',
    "import { renameSync } from 'node:fs'\nrenameSync('/x', '/y')",
  ],
  [
    'host-writes-in-one-place',
    'src-agent/files/owner.ts',
    "import { chown as give } from 'node:fs/promises'\nawait give('/x', 0, 0)",
  ],
  [
    'host-writes-in-one-place',
    'src-agent/files/mode.ts',
    "import { chmod } from 'node:fs/promises'\nawait chmod('/x', 0o600)",
  ],
  ['host-writes-in-one-place', 'src-agent/files/all.ts', "import * as fs from 'node:fs'\nfs.readFileSync('/x')"],
  [
    'host-writes-in-one-place',
    'src-agent/files/open.ts',
    "import { open } from 'node:fs/promises'\nawait open('/x', 'wx')",
  ],
  [
    'host-writes-in-one-place',
    'src-agent/files/flags.ts',
    "import { constants, openSync } from 'node:fs'\nopenSync('/x', constants.O_WRONLY)",
  ],
  [
    'host-writes-in-one-place',
    'src-agent/observe/mount.ts',
    "import { run } from '../base/process/clean.ts'\nawait run('mount', ['/x'])",
  ],
  ['no-cycle', 'src-agent/ring-one.ts', "import { two } from './ring-two.ts'\nexport const one = () => two"],
  ['no-cycle', 'src-agent/ring-two.ts', "import { one } from './ring-one.ts'\nexport const two = () => one"],
  ['no-default-export', 'src-agent/g.ts', 'export default 1'],
  ['no-floating-promises', 'src-agent/h.ts', 'async function work(): Promise<void> {}\nwork()'],
  ['no-misused-promises', 'src-cli/d.ts', 'export const run = (): void => [1].forEach(async () => {})'],
]

/** Neighbours that do nothing wrong, each in the most tempting place. */
const cleanFiles: readonly (readonly [file: string, code: string])[] = [
  [
    'src-renderer/views/named.tsx',
    'export const Named = () => (\n  <p title="/etc">\n    Joey <kbd>Esc</kbd>\n  </p>\n)',
  ],
  ['src-contract/clean.ts', "import * as z from 'zod'\nexport const Clean = z.string()"],
  ['src-contract/client/clean.ts', "import 'node:http'\nimport 'ws'\nexport { Clean } from '../clean.ts'"],
  ['src-renderer/clean.ts', "export { Clean } from '#contract/clean'"],
  ['src-agent/clean.ts', "import 'node:fs'\nexport { Clean } from '#contract/clean'"],
  ['src-agent/base/process/clean.ts', "import { spawn } from 'node:child_process'\nexport const start = spawn"],
  ['src-agent/engines/oci/clean.ts', "import '../driver.ts'\nexport const oci = 1"],
  ['src-agent/engines/microvm/clean.ts', 'export const microvm = 1'],
  ['src-agent/base/host-path/clean.ts', "import { rename } from 'node:fs/promises'\nexport const move = rename"],
  ['src-agent/files/clean.ts', "import { open } from 'node:fs/promises'\nexport const read = () => open('/x', 'r')"],
  ['src-agent/engines/driver.ts', 'export const driver = 1'],
  [
    'src-agent/observe/clean.ts',
    "export const failed = [new Error('It was not sent.'), 'a view was not sent', 'Kernel', 'nft list ruleset']",
  ],
  ['src-agent/engines/choose.ts', "import './oci/clean.ts'\nimport './microvm/clean.ts'"],
  [
    'src-agent/storage/clean.ts',
    "import '../base/process/clean.ts'\nimport '../state/clean.ts'\nimport './deep/clean.ts'",
  ],
  ['src-agent/storage/deep/clean.ts', "import '../../base/process/clean.ts'"],
  ['src-agent/state/clean.ts', "import '#contract/sandbox'"],
  [
    'src-agent/state/statement.ts',
    "export const drop = (on: { prepare(sql: string): void }) => on.prepare('DELETE FROM a WHERE id = ?')",
  ],
  ['src-agent/api/openapi.ts', "export const description = 'A failure, as data.'"],
  ['src-agent/state/clean.test.ts', "import '../sandboxes/clean.ts'"],
  ['src-agent/sandboxes/clean.ts', "import '../storage/clean.ts'"],
  ['src-agent/api/clean.ts', "import '../archive/clean.ts'"],
  ['src-agent/archive/clean.ts', "import '../sandboxes/clean.ts'"],
  ['src-agent/wire-clean.ts', "import './api/clean.ts'"],
  ['src-agent/daemon.ts', "import './wire-clean.ts'\nimport './api/clean.ts'"],
  ['src-main/clean.ts', "import { app } from 'electron'\nexport type Clean = typeof app"],
  ['src-main/ipc/expose.ts', "import { ipcMain } from 'electron'\nipcMain.handle('x', () => 1)"],
  ['src-preload/clean.ts', "import { ipcRenderer } from 'electron'\nipcRenderer.send('x')"],
  ['src-cli/clean.ts', "export { Clean } from '#contract/client/clean'"],
]

/** What only the compiler can see: each project knows its own globals and no others. */
const projectFaults: readonly (readonly [project: string, file: string, code: string, missing: string])[] = [
  ['contract', 'src-contract/planted-global.ts', 'export const pid = process.pid', 'process'],
  ['renderer', 'src-renderer/planted-global.ts', 'export const pid = process.pid', 'process'],
  ['agent', 'src-agent/planted-global.ts', 'export const title = document.title', 'document'],
  ['cli', 'src-cli/planted-global.ts', 'export const title = document.title', 'document'],
  ['main', 'src-main/planted-global.ts', 'export const title = document.title', 'document'],
]

/** Generous, because the compiler reads whole projects while other tests keep the machine busy. */
const deadlineMs = 120_000

let planted = ''
let projects = ''
let caught: ReadonlyMap<string, readonly string[]> = new Map()

beforeAll(async () => {
  planted = makeTree(['tools/lint'])
  for (const [, file, code] of faults) plant(planted, file, code)
  for (const [file, code] of cleanFiles) plant(planted, file, code)
  caught = await lint()
  // Here among the real files, since one import of a careless package is enough to bring a foreign project's globals in.
  projects = makeTree(globSync('src-*', { cwd: root }))
  for (const [, file, code] of projectFaults) plant(projects, file, code)
}, deadlineMs)

afterAll(() => {
  for (const tree of [planted, projects]) rmSync(tree, { recursive: true, force: true })
})

test.each(faults)('%s catches the fault in %s', (fence, file) => {
  expect(caught.get(file)?.join('\n')).toContain(fence)
})

test.each(cleanFiles)('%s passes', (file) => {
  expect(caught.get(file)).toBeUndefined()
})

describe('a project has its own globals only', { timeout: deadlineMs }, () => {
  test.each(projectFaults)('%s', async (project, file, _code, missing) => {
    const { stdout } = await run(npmBinary('tsc'), ['-p', `tsconfig.${project}.json`], { cwd: projects })
    expect(stdout).toMatch(new RegExp(`${file}.*Cannot find name '${missing}'`))
  })
})

test('no file of the product switches a fence off', () => {
  const files = globSync('src-*/**/*.{ts,tsx}', { cwd: root })
  const switchedOff = files.filter((file) =>
    /(?:oxlint|eslint)-disable.*(?:joey\/|no-cycle|-promises)/.test(read(file)),
  )
  expect(switchedOff).toEqual([])
})

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** A checkout of its own with this one's configuration and the named folders. */
function makeTree(folders: readonly string[]): string {
  const tree = mkdtempSync(join(tmpdir(), 'joey-fences-'))
  const configuration = globSync(['tsconfig*.json', '.oxlintrc.json', 'package.json'], { cwd: root })
  for (const name of [...configuration, ...folders]) cpSync(join(root, name), join(tree, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

function plant(tree: string, file: string, code: string): void {
  const path = join(tree, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${code}\n`)
}

/** Runs the linter once over everything that was planted: findings by file. */
async function lint(): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = globSync('src-*', { cwd: planted })
  const { stdout, stderr } = await run(npmBinary('oxlint'), ['--format', 'json', ...folders], { cwd: planted })
  if (!stdout.startsWith('{')) throw new Error(`oxlint did not answer:\n${stdout}${stderr}`)
  const report = JSON.parse(stdout) as { diagnostics: { code: string; message: string; filename: string }[] }
  const findings = new Map<string, string[]>()
  for (const { code, message, filename } of report.diagnostics) {
    findings.set(filename, [...(findings.get(filename) ?? []), `${code}: ${message}`])
  }
  return findings
}
