import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { countOomKills, removeCgroups } from '../../host/cgroup-files.ts'
import { preparePrivateMounts } from '../../host/private-mounts.ts'
import { judgeGvisor } from '../../host/probe-gvisor.ts'
import { readHostTraits } from '../../host/traits.ts'
import { run } from '../../process/run.ts'
import { describeDriver, type Setting } from '../conformance.ts'
import type { Driver } from '../driver.ts'
import { createGvisorDriver } from './gvisor-driver.ts'
import { createOciDriver, type OciDeps } from './oci-driver.ts'

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
]

for (const name of ['crun', 'runc'] as const) describeDriver(name, (folder) => prepare(name, folder))
describeDriver('runsc', async (folder) => {
  await preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'])
  const verdict = await judgeGvisor({ run, folder })
  if (!verdict || verdict.setup === null) throw new Error(`runsc does not work: ${verdict?.failure}`)
  const { setup } = verdict
  return prepare('runsc', folder, (deps) => createGvisorDriver(deps, setup))
})

async function prepare(
  name: 'crun' | 'runc' | 'runsc',
  folder: string,
  create: (deps: OciDeps) => Driver = createOciDriver,
): Promise<Setting> {
  // The test runner starts this lane in a mount namespace of its own.
  if (name !== 'runsc') await preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'])
  const tag = basename(folder).toLowerCase()
  const host = { ...(await readHostTraits(tag)), cgroupParent: `/joey-test/${tag}` }
  const exits = join(folder, 'exits')
  const runtimeRoot = join(folder, 'oci')
  for (const path of [exits, runtimeRoot]) mkdirSync(path)
  const [runtime, conmon] = [locate(name), locate('conmon')]
  const make = () => create({ name, run, runtime, runtimeRoot, exits, conmon, host, countOomKills })
  return {
    driver: make(),
    again: async () => make(),
    tree: makeTree(join(folder, 'tree')),
    network: () => makeNetwork(folder),
    dispose: () => removeCgroups(host.cgroupParent),
  }
}

/** One veth pair; the host's end is the gateway. */
async function makeNetwork(folder: string): ReturnType<NonNullable<Setting['network']>> {
  const netns = join(folder, `netns-${randomBytes(3).toString('hex')}`)
  const link = `jyt${randomBytes(4).toString('hex')}`
  const [address, gateway, mac] = ['10.253.253.2', '10.253.253.1', '02:00:00:00:00:02']
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
