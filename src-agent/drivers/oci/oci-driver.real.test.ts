import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { countOomKills, removeCgroups } from '../../host/cgroup-files.ts'
import { preparePrivateMounts } from '../../host/private-mounts.ts'
import { readHostTraits } from '../../host/traits.ts'
import { run } from '../../process/run.ts'
import { describeDriver, type Setting } from '../conformance.ts'
import { createOciDriver } from './oci-driver.ts'

const applets = [
  'sh',
  'cat',
  'echo',
  'sleep',
  'head',
  'tail',
  'wc',
  'id',
  'pwd',
  'ip',
  'ping',
  'mount',
  'unshare',
  'kill',
  'true',
]

for (const name of ['crun', 'runc'] as const) describeDriver(name, (folder) => prepare(name, folder))

async function prepare(name: 'crun' | 'runc', folder: string): Promise<Setting> {
  // The test runner starts this lane in a mount namespace of its own.
  await preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'])
  const tag = basename(folder).toLowerCase()
  const host = { ...(await readHostTraits(tag)), cgroupParent: `/joey-test/${tag}` }
  const exits = join(folder, 'exits')
  const runtimeRoot = join(folder, 'oci')
  for (const path of [exits, runtimeRoot]) mkdirSync(path)
  const driver = createOciDriver({
    name,
    run,
    runtime: locate(name),
    runtimeRoot,
    exits,
    conmon: locate('conmon'),
    host,
    countOomKills,
  })
  return { driver, tree: makeTree(join(folder, 'tree')), dispose: () => removeCgroups(host.cgroupParent) }
}

function makeTree(tree: string): string {
  for (const path of ['bin', 'proc', 'sys', 'dev', 'etc', 'tmp']) mkdirSync(join(tree, path), { recursive: true })
  copyFileSync('/bin/busybox', join(tree, 'bin', 'busybox'))
  for (const applet of applets) symlinkSync('busybox', join(tree, 'bin', applet))
  return tree
}

function locate(program: string): string {
  const path = ['/usr/local/bin', '/usr/bin', '/usr/sbin']
    .map((folder) => join(folder, program))
    .find((each) => existsSync(each))
  if (path === undefined) throw new Error(`${program} is not installed; "npm test" installs it.`)
  return path
}
