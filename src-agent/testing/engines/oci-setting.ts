import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { countOomKills, removeCgroups } from '../../base/kernel/cgroup-files.ts'
import { preparePrivateMounts } from '../../host/private-mounts.ts'
import { judgeGvisor } from '../../engines/host/probe-gvisor.ts'
import { readHostTraits } from '../../engines/host/traits.ts'
import { run } from '../../base/process/run.ts'
import type { Setting } from './conformance.ts'
import type { Driver } from '../../engines/driver.ts'
import { createGvisorDriver } from '../../engines/oci/gvisor/gvisor-driver.ts'
import { createOciDriver, type OciDeps } from '../../engines/oci/oci-driver.ts'

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
  'uname',
  'stty',
  'tr',
  'grep',
  'mkdir',
  'sync',
  'seq',
  'hostname',
  'ls',
]

type Name = OciDeps['name']

/** A driver on a folder of its own, for containers. */
export async function prepareOci(name: 'crun' | 'runc', folder: string): Promise<Setting> {
  // The test runner starts this lane in a mount namespace of its own.
  await preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'])
  return prepare(name, folder, createOciDriver)
}

/** A driver on a folder of its own, for gVisor. */
export async function prepareGvisor(folder: string): Promise<Setting> {
  await preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'])
  return prepare('runsc', folder, await chooseGvisor(folder))
}

/** Another driver on the folder of a setting, as of another agent. */
export async function anotherGvisor(folder: string): Promise<Driver> {
  return (await chooseGvisor(folder))(await createDeps('runsc', folder))
}

async function chooseGvisor(folder: string): Promise<(deps: OciDeps) => Driver> {
  const verdict = await judgeGvisor({ run, folder })
  if (!verdict || verdict.setup === null) throw new Error(`runsc does not work: ${verdict?.failure}`)
  const { setup } = verdict
  return (deps) => createGvisorDriver(deps, setup)
}

async function createDeps(name: Name, folder: string): Promise<OciDeps> {
  const tag = basename(folder).toLowerCase()
  const host = { ...(await readHostTraits(tag)), cgroupParent: `/joey-test/${tag}` }
  const [exits, runtimeRoot] = [join(folder, 'exits'), join(folder, 'oci')]
  const [runtime, conmon] = [locate(name), locate('conmon')]
  return { name, run, runtime, runtimeRoot, exits, conmon, host, countOomKills }
}

async function prepare(name: Name, folder: string, create: (deps: OciDeps) => Driver): Promise<Setting> {
  const deps = await createDeps(name, folder)
  for (const path of [deps.exits, deps.runtimeRoot]) mkdirSync(path)
  return {
    driver: create(deps),
    again: async () => create(deps),
    tree: makeTree(join(folder, 'tree')),
    network: (index) => makeNetwork(folder, index),
    dispose: () => removeCgroups(deps.host.cgroupParent),
  }
}

/** One veth pair; the host's end is the gateway. */
async function makeNetwork(folder: string, index = 0): ReturnType<NonNullable<Setting['network']>> {
  const netns = join(folder, `netns-${randomBytes(3).toString('hex')}`)
  const link = `jyt${randomBytes(4).toString('hex')}`
  const [address, gateway, mac] = [
    `10.253.253.${4 * index + 2}`,
    `10.253.253.${4 * index + 1}`,
    `02:00:00:00:00:0${index + 2}`,
  ]
  const call = (program: string, ...args: string[]) => run(program, args, { timeoutMs: 5_000 })
  writeFileSync(netns, '')
  await call('unshare', `--net=${netns}`, 'true')
  await call('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'address', mac, 'netns', netns)
  await call('ip', 'addr', 'add', `${gateway}/30`, 'dev', link)
  await call('ip', 'link', 'set', link, 'up')
  const inside = [
    'link set lo up',
    `addr add ${address}/30 dev eth0`,
    'link set eth0 up',
    `route add default via ${gateway}`,
  ]
  await run('nsenter', [`--net=${netns}`, 'ip', '-batch', '-'], { input: inside.join('\n'), timeoutMs: 5_000 })
  return {
    netns,
    address: { address, gateway, mac, prefixLength: 30 },
    async dispose() {
      await call('umount', netns)
      await run('ip', ['link', 'del', link], { timeoutMs: 5_000, okExitCodes: [0, 1] })
    },
  }
}

function makeTree(tree: string): string {
  for (const path of ['bin', 'proc', 'sys', 'dev', 'etc', 'tmp', 'mnt'])
    mkdirSync(join(tree, path), { recursive: true })
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
