import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findSystemProgram } from '#contract/client/system-program'
import { removeCgroups } from '../../base/kernel/cgroup-files.ts'
import { idsOfSandbox, nobodysIds } from '../../base/kernel/id-ranges.ts'
import { run } from '../../base/process/run.ts'
import { probeMicrovm } from '../../engines/host/probe-microvm.ts'
import {
  createDriverOn,
  createMicrovm,
  type Microvm,
  type MicrovmPlaces,
  type MicrovmSetup,
} from '../../engines/microvm/create-microvm.ts'
import type { MicrovmDriver } from '../../engines/microvm/microvm-driver.ts'
import { defaultCapabilities } from '../../engines/oci/grants.ts'
import { prepareTestMounts } from '../private-mounts.ts'
import { addCapableProgram } from './capable-program.ts'
import type { Setting } from './conformance.ts'
import { addHoardingProgram } from './hoarding-program.ts'
import type { PlanReading } from './plan-reading.ts'

const applets =
  'sh cat echo sleep head tail wc id pwd ip ping mount unshare kill true uname stty tr grep mkdir sync ls date dd ln rm seq'

/** Its kernel has users of its own, so ids are for who serves its mounts. It refuses the host's network, and reads of the trees below only whose the root folder is. */
const readsOfPlan: PlanReading = {
  ...{ id: 'read', hostname: 'read', paths: 'read', lowers: 'read', lowerFiles: 'read', process: 'read' },
  ...{
    stdin: 'read',
    limits: 'read',
    diskBytes: 'read',
    mounts: 'read',
    readOnlyRoot: 'read',
    netns: 'read',
    address: 'read',
  },
  ...{
    hostNetwork: 'read',
    grants: 'read',
    dropped: 'read',
    tmpfs: 'read',
    shmBytes: 'read',
    sysctls: 'read',
    nameservers: 'read',
    users: 'unread',
  },
}

export interface MicrovmSetting extends Setting {
  readonly driver: MicrovmDriver
  readonly microvm: Microvm
  readonly setup: MicrovmSetup
  readonly places: MicrovmPlaces
}

/** A real driver on a folder of its own, with templates or without. */
export async function prepareMicrovm(
  folder: string,
  { templates }: { readonly templates: boolean },
): Promise<MicrovmSetting> {
  await prepareTestMounts()
  const verdict = await probeMicrovm({ run, folder, tryKvm: () => Promise.reject(new Error('Not tried here.')) })
  const { assets, failure } = verdict
  if (assets === null) throw new Error(`No micro-VM can run here: ${failure?.message}`)
  const setup: MicrovmSetup = { ...verdict, assets: async () => assets }
  const places = createPlaces(folder)
  const microvm = await createMicrovm(setup, places)
  const driver = templates ? microvm.driver : await createDriverOn(setup, places, noStock)
  const others: MicrovmDriver[] = []
  const tree = makeTree(join(folder, 'tree'))
  await addCapableProgram(tree)
  await addHoardingProgram(tree)
  const image = join(folder, 'image.erofs')
  await run('mkfs.erofs', ['-zlz4', image, tree], { timeoutMs: 30_000 })
  return {
    driver: alone(driver, () => others),
    microvm,
    setup,
    places,
    async again() {
      const other = await createDriverOn(setup, places, noStock)
      others.push(other)
      return alone(other, () => [driver])
    },
    tree,
    readsOfPlan,
    lowerFiles: [image],
    limitDisk: async (_paths, diskBytes) => ({ diskBytes }),
    users: () => ({ first: nobodysIds + idsOfSandbox * (1 + (process.pid % 4000)), path: null }),
    network: (index) => makeNetwork(folder, index ?? 0),
    async dispose() {
      await microvm.close()
      for (const each of [driver, ...others]) each.close()
      await removeCgroups(places.cgroupParent)
    },
  }
}

function createPlaces(folder: string): MicrovmPlaces {
  const exits = join(folder, 'exits')
  mkdirSync(exits)
  return {
    run,
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    conmon: findSystemProgram('conmon') ?? '',
    exits,
    limitedMounts: join(folder, 'limited'),
    templates: sharedTemplates(folder),
    disks: join(folder, 'disks'),
    machines: join(folder, 'vm'),
    idle: join(folder, 'i'),
    cgroupParent: `/joey-test/${basename(folder).toLowerCase()}`,
    limitsSwap: false,
    capabilities: defaultCapabilities,
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  }
}

/** A run of all tests has a temporary folder of its own, whose files share what takes seconds to make. */
function sharedTemplates(folder: string): string {
  return join(process.env['TMPDIR'] ?? folder, 'templates')
}

const noStock = {
  templates: { find: async () => null, ensure: async () => {}, discard: async () => {}, close: async () => {} },
  pool: { take: async () => false, refill: () => {} },
}

/** A guest talks to one agent at a time, and there is only one: whoever is used next comes after the others. */
function alone(driver: MicrovmDriver, others: () => readonly MicrovmDriver[]): MicrovmDriver {
  return new Proxy(driver, {
    get(target, name, receiver) {
      for (const other of others()) other.close()
      return Reflect.get(target, name, receiver)
    },
  })
}

function makeTree(tree: string): string {
  for (const path of ['bin', 'proc', 'sys', 'dev', 'etc', 'tmp', 'mnt']) {
    mkdirSync(join(tree, path), { recursive: true })
  }
  copyFileSync('/bin/busybox', join(tree, 'bin', 'busybox'))
  for (const applet of applets.split(' ')) symlinkSync('busybox', join(tree, 'bin', applet))
  return tree
}

/** One veth pair; the host's end is the gateway. */
async function makeNetwork(folder: string, index: number): ReturnType<NonNullable<Setting['network']>> {
  const netns = join(folder, `netns-${randomBytes(3).toString('hex')}`)
  const link = `jyt${randomBytes(4).toString('hex')}`
  const [address, gateway] = [2, 1].map((host) => `10.253.252.${4 * index + host}`) as [string, string]
  const mac = `02:00:00:00:00:0${index + 2}`
  const call = (program: string, ...args: string[]) => run(program, args, { timeoutMs: 5_000 })
  writeFileSync(netns, '')
  await call('unshare', `--net=${netns}`, 'true')
  await call('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'address', mac, 'netns', netns)
  await call('ip', 'addr', 'add', `${gateway}/30`, 'dev', link)
  await call('ip', 'link', 'set', link, 'up')
  const inside = ['link set lo up', `addr add ${address}/30 dev eth0`, 'link set eth0 up']
  await run('nsenter', [`--net=${netns}`, 'ip', '-batch', '-'], { input: inside.join('\n'), timeoutMs: 5_000 })
  return {
    netns,
    address: { address, gateway, mac, prefixLength: 30, further: [] },
    async dispose() {
      await call('umount', netns)
      await run('ip', ['link', 'del', link], { timeoutMs: 5_000, okExitCodes: [0, 1] })
    },
  }
}
