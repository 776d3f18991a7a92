import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outDir } from '../../paths.ts'
import type { Finished } from '../../process/run.ts'
import { ensureElectron } from '../../set-up/electron.ts'
import { findProgram } from '../../set-up/probe.ts'
import { ensureAppFolder } from '../app-folder.ts'
import { type DebianTree, makeDebianTree } from '../testing/debian-tree.ts'
import { packTree } from './build-deb.ts'
import { layOut } from './stage.ts'

/** The app's own window is looked at in e2e/packaged.spec.ts; here it would only be written twice. */
const withoutWindow = ['/opt/Joey/joey-window', '/opt/Joey/*.so*', '/opt/Joey/*.pak', '/opt/Joey/icudtl.dat']
const unit = '/usr/lib/systemd/system/joeyd.service'
let folder = ''
let [older, newer] = ['', '']
let tree: DebianTree

beforeAll(async () => {
  await ensureAppFolder(await ensureElectron())
  folder = mkdtempSync(join(tmpdir(), 'deb-'))
  const staged = join(outDir, 'package', 'deb')
  await layOut(staged)
  older = await packTree(staged, { into: folder, version: '0.0.1', compression: 'fast' })
  newer = await packTree(staged, { into: folder, version: '0.0.2', compression: 'fast' })
  tree = await makeDebianTree()
}, 300_000)
afterAll(async () => {
  await tree?.shell('joey rm -fa; joey agent stop --sandboxes stop')
  await tree?.dispose()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

const install = (file: string) =>
  tree.run('dpkg', '--force-unsafe-io', ...withoutWindow.map((each) => `--path-exclude=${each}`), '--install', file)

function succeed({ code, stdout, stderr }: Finished): string {
  expect(code, `${stdout}${stderr}`).toBe(0)
  return stdout
}

/** As the administrator's file says it, with the state folder of this test. */
const joey = (...words: readonly string[]) => tree.run('env', `JOEY_HOME=${tree.disk}/state`, 'joey', ...words)
const json = async <T>(...words: readonly string[]): Promise<T> =>
  JSON.parse(succeed(await joey(...words, '--json'))) as T

interface Seen {
  readonly name: string
  readonly pid: number | null
  readonly state: string
}

/** Until the agent answers; the test's own deadline ends it. */
async function waitForAgent(): Promise<{ readonly pid: number }> {
  for (;;) {
    const { code, stdout } = await joey('agent', 'status', '--json')
    if (code === 0) return JSON.parse(stdout) as { pid: number }
    await sleep(50)
  }
}

test('the package is installed, its service runs sandboxes, an upgrade keeps them, removal keeps data and a purge asks', async () => {
  const installed = await install(older)
  succeed(installed)
  expect(installed.stderr).toContain('adduser NAME joey')
  expect(installed.stderr).toContain('as good as root')
  if (findProgram('systemd-analyze')) {
    const verified = await tree.run('systemd-analyze', 'verify', unit)
    expect(`${verified.stdout}${verified.stderr}`).not.toContain('joeyd')
  }
  for (const file of ['/usr/bin/joey-window', '/usr/share/applications/joey.desktop', '/usr/share/doc/joey/copyright'])
    succeed(await tree.run('test', '-h', file).then((link) => (link.code === 0 ? link : tree.run('test', '-s', file))))

  // An administrator's change, which the upgrade must keep, and a member of the group.
  succeed(await tree.shell(`echo 'JOEY_HOME=${tree.disk}/state' >>/etc/default/joey`))
  succeed(await tree.shell('useradd ann && usermod -aG joey ann'))
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(succeed(await tree.run('cat', unit))) ?? []
  tree.start(...(command.split(' ') as [string]))
  const first = await waitForAgent()
  const uid = succeed(await tree.run('id', '-u', 'ann')).trim()
  expect(succeed(await tree.shell(`ls /run/joey-users/${uid}`))).toMatch(/\.sock$/m)
  succeed(await joey('run', '--rm', 'busybox', 'true'))
  succeed(await joey('run', '-d', '--name', 'kept', 'busybox', 'sleep', '1000'))
  const [before] = await json<Seen[]>('ls')

  succeed(await install(newer))
  const next = await waitForAgent()
  expect(next.pid).not.toBe(first.pid)
  expect(await json<Seen[]>('ls')).toMatchObject([{ name: 'kept', state: 'running', pid: before?.pid }])
  succeed(await joey('exec', 'kept', 'true'))
  expect(succeed(await tree.run('cat', '/etc/default/joey'))).toContain(`JOEY_HOME=${tree.disk}/state`)
  expect(succeed(await tree.run('dpkg-query', '-W', 'joey'))).toContain('0.0.2')

  succeed(await tree.run('dpkg', '--remove', 'joey'))
  expect(existsSync(`/proc/${before?.pid}`) && isSleep(before?.pid)).toBe(false)
  expect(existsSync(`/proc/${next.pid}/exe`)).toBe(false)
  expect(existsSync(join(tree.disk, 'state/joey.db'))).toBe(true)
  expect((await tree.run('test', '-e', '/usr/bin/joey')).code).toBe(1)

  succeed(await tree.shell('mkdir -p /var/lib/joey && echo data >/var/lib/joey/data'))
  const answer = (value: boolean) => tree.shell(`echo joey joey/remove-data boolean ${value} | debconf-set-selections`)
  succeed(await answer(false))
  succeed(await tree.run('sh', '/var/lib/dpkg/info/joey.postrm', 'purge'))
  succeed(await tree.run('cat', '/var/lib/joey/data'))
  succeed(await answer(true))
  succeed(await tree.run('dpkg', '--purge', 'joey'))
  for (const gone of ['/var/lib/joey', '/etc/default/joey', '/opt/Joey'])
    expect((await tree.run('test', '-e', gone)).code, gone).toBe(1)
}, 300_000)

/** Its number may be somebody else's by now. */
function isSleep(pid: number | null | undefined): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep\0')
}
