import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ContainerRuntime } from '#contract/words'
import { countOomKills, removeCgroups } from '../../base/kernel/cgroup-files.ts'
import { idsOfSandbox, nobodysIds } from '../../base/kernel/id-ranges.ts'
import { findResource } from '../../base/process/resources.ts'
import { run } from '../../base/process/run.ts'
import type { Driver } from '../../engines/driver.ts'
import { probeGvisor } from '../../engines/host/probe-gvisor.ts'
import { readHostTraits } from '../../engines/host/traits.ts'
import { createGvisorDriver } from '../../engines/oci/gvisor/gvisor-driver.ts'
import { createOciDriver, type OciDeps } from '../../engines/oci/oci-driver.ts'
import { createLimitedDisks } from '../../storage/limited/limited-disks.ts'
import { prepareTestMounts } from '../private-mounts.ts'
import { addCapableProgram } from './capable-program.ts'
import type { Setting } from './conformance.ts'
import { addHoardingProgram } from './hoarding-program.ts'
import type { PlanReading } from './plan-reading.ts'

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
  'mkfifo',
  'sync',
  'seq',
  'dd',
  'hostname',
  'ln',
  'ls',
]

type Name = OciDeps['name']

/** The host mounts the layers, and sets up the network. */
const readsOfPlan: PlanReading = {
  ...{ id: 'read', hostname: 'read', paths: 'read', lowers: 'read', lowerFiles: 'unread', process: 'read' },
  ...{
    stdin: 'read',
    limits: 'read',
    diskBytes: 'unread',
    mounts: 'read',
    readOnlyRoot: 'read',
    netns: 'read',
    address: 'unread',
  },
  ...{
    hostNetwork: 'read',
    grants: 'read',
    dropped: 'read',
    tmpfs: 'read',
    shmBytes: 'read',
    sysctls: 'read',
    nameservers: 'read',
    users: 'read',
  },
}

/** A driver on a folder of its own, for containers. */
export async function prepareOci(
  name: ContainerRuntime,
  folder: string,
  ids: 'own' | 'host' = 'own',
): Promise<Setting> {
  await prepareTestMounts()
  const setting = await prepare(name, folder, createOciDriver)
  if (ids === 'host') return setting
  const first = firstOfTest()
  return {
    ...setting,
    users: (netns) => ({ first, path: netns === null ? null : `${netns}.users` }),
    network: (index) => makeNetwork(folder, index, first),
  }
}

/** A driver on a folder of its own, for gVisor. */
export async function prepareGvisor(folder: string): Promise<Setting> {
  await prepareTestMounts()
  const patching = { isAllowed: false }
  const setting = await prepare('runsc', folder, await chooseGvisor(folder, () => patching.isAllowed))
  const users = setting.driver.mapsIds === null ? {} : { users: () => ({ first: firstOfTest(), path: null }) }
  // Its own kernel has no settings.
  const reads: PlanReading = { ...readsOfPlan, sysctls: 'unread' }
  return { ...setting, ...users, readsOfPlan: reads, allowPatch: (isAllowed) => Object.assign(patching, { isAllowed }) }
}

const firstOfTest = () => nobodysIds + idsOfSandbox * (1 + (process.pid % 4000))

/** Another driver on the folder of a setting, as of another agent. */
export async function anotherGvisor(folder: string): Promise<Driver> {
  return (await chooseGvisor(folder))(await createDeps('runsc', folder))
}

async function chooseGvisor(folder: string, mayPatch = () => false): Promise<(deps: OciDeps) => Driver> {
  const verdict = await probeGvisor({ run, folder })
  if (!verdict || verdict.setup === null) throw new Error(`runsc does not work: ${JSON.stringify(verdict?.failure)}`)
  const { setup } = verdict
  return (deps) => createGvisorDriver(deps, setup, mayPatch)
}

async function createDeps(name: Name, folder: string): Promise<OciDeps> {
  const tag = basename(folder).toLowerCase()
  const host = { ...(await readHostTraits(tag, findOutside())), cgroupParent: `/joey-test/${tag}` }
  const [exits, runtimeRoot] = [join(folder, 'exits'), join(folder, 'oci')]
  const [runtime, conmon] = [locate(name), locate('conmon')]
  const limitedMounts = join(folder, 'limited')
  return { name, run, runtime, runtimeRoot, exits, limitedMounts, conmon, host, countOomKills }
}

async function prepare(name: Name, folder: string, create: (deps: OciDeps) => Driver): Promise<Setting> {
  const deps = await createDeps(name, folder)
  const tree = makeTree(join(folder, 'tree'))
  await addCapableProgram(tree)
  await addHoardingProgram(tree)
  for (const path of [deps.exits, deps.runtimeRoot]) mkdirSync(path)
  const disks = createLimitedDisks({ folder: deps.limitedMounts, run, log: { error: () => {}, warn: () => {} } })
  return {
    driver: create(deps),
    async limitDisk(paths, bytes) {
      await disks.shape(paths, bytes, AbortSignal.timeout(30_000))
      const at = join(deps.limitedMounts, basename(paths.folder))
      const limited = { ...paths, upper: join(at, 'upper'), work: join(at, 'work') }
      for (const path of [limited.upper, limited.work]) mkdirSync(path, { recursive: true })
      return { paths: limited }
    },
    dropDisk: (paths) => disks.remove(paths),
    again: async () => create(deps),
    tree,
    readsOfPlan,
    network: (index) => makeNetwork(folder, index),
    async dispose() {
      await disks.close()
      await removeCgroups(deps.host.cgroupParent)
    },
  }
}

/** One veth pair; the host's end is the gateway. */
async function makeNetwork(
  folder: string,
  index = 0,
  firstId: number | null = null,
): ReturnType<NonNullable<Setting['network']>> {
  const netns = join(folder, `netns-${randomBytes(3).toString('hex')}`)
  const link = `jyt${randomBytes(4).toString('hex')}`
  const [address, gateway, mac] = [
    `10.253.253.${4 * index + 2}`,
    `10.253.253.${4 * index + 1}`,
    `02:00:00:00:00:0${index + 2}`,
  ]
  const call = (program: string, ...args: string[]) => run(program, args, { timeoutMs: 5_000 })
  writeFileSync(netns, '')
  if (firstId === null) await call('unshare', `--net=${netns}`, 'true')
  else {
    writeFileSync(`${netns}.users`, '')
    await call(findOutside(), 'namespaces', `${netns}.users`, netns, String(firstId), 'true')
  }
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
    address: { address, gateway, mac, prefixLength: 30, further: [] },
    async dispose() {
      await call('umount', netns, ...(firstId === null ? [] : [`${netns}.users`]))
      await run('ip', ['link', 'del', link], { timeoutMs: 5_000, okExitCodes: [0, 1] })
    },
  }
}

function findOutside(): string {
  const program = findResource(`outside/${process.arch}/joey-outside`)
  if (program === null) throw new Error('resources/outside has no program.')
  return program
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
