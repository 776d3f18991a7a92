import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { findSystemProgram } from '#contract/client/system-program'
import { endGroup } from '../../base/process/kill-group.ts'
import { type ChildProcess, run, start } from '../../base/process/run.ts'
import type { ProcessPlan } from '../../engines/driver.ts'
import { ensureGuestAssets } from '../../engines/microvm/guest/guest-assets.ts'
import { connectGuest } from '../../engines/microvm/guest/guest-channel.ts'
import type { GuestConfig } from '../../engines/microvm/guest/guest-types.ts'
import { withQmp } from '../../engines/microvm/qemu/qmp-client.ts'

/** One real, emulated machine with a busybox image and a writable layer, without the driver. For tests. */
export interface TestMachine {
  readonly folder: string
  readonly control: string
  /** Sockets of the main process's ports. */
  readonly stdin: string
  readonly main: string
  readonly stderr: string
  readonly upper: string
  readonly qemu: ChildProcess
  readonly exited: Promise<unknown>
  bootLog(): string
  status(): string
  dispose(): Promise<void>
}

export async function buildImage(folder: string): Promise<string> {
  const tree = join(folder, 'tree')
  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp', 'root'])
    mkdirSync(join(tree, name), { recursive: true })
  const busybox = findSystemProgram('busybox')
  copyFileSync(busybox ?? '/bin/busybox', join(tree, 'bin/busybox'))
  const applets =
    'sh cat echo stty sleep id ls mount head wc yes kill ps dd tr grep touch uname mknod rm tail true date hostname ip'
  for (const name of applets.split(' ')) {
    symlinkSync('busybox', join(tree, 'bin', name))
  }
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n')
  writeFileSync(join(tree, 'bin/script'), 'no program\n', { mode: 0o644 })
  const image = join(folder, 'image.erofs')
  await run('mkfs.erofs', ['--all-root', image, tree])
  return image
}

export interface MachineOptions {
  readonly memoryMb?: number
  /** The saved state of a template, see {@link saveTemplate}: the machine goes on where that one stood. */
  readonly state?: string
}

export async function startMachine(image: string, options: MachineOptions = {}): Promise<TestMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'joey-guest-'))
  const upper = join(folder, 'upper.ext4')
  await makeSparse(upper, '64M')
  const empty = join(folder, 'empty')
  for (const name of ['upper', 'work']) mkdirSync(join(empty, name), { recursive: true })
  await run('mke2fs', ['-q', '-t', 'ext4', '-d', empty, upper])
  return startQemu(folder, { image, upper, memoryMb: options.memoryMb ?? 128, state: options.state })
}

/** A template is saved paused, and so is its clone until it gets the command to run. */
async function goOn(socket: string): Promise<void> {
  await withQmp(socket, async (qmp) => {
    const status = () => qmp.execute('query-status', z.looseObject({ status: z.string() }))
    while ((await status()).status === 'inmigrate') await sleep(20)
    await qmp.execute('cont', z.unknown())
  })
}

/** Boots a guest whose disks are empty and saves it, ready for its sandbox. */
export async function saveTemplate(folder: string): Promise<string> {
  const image = join(folder, 'no.erofs')
  const upper = join(folder, 'no.ext4')
  for (const disk of [image, upper]) await makeSparse(disk, '1G')
  const machine = await startQemu(mkdtempSync(join(tmpdir(), 'joey-guest-')), { image, upper, memoryMb: 128 })
  try {
    const channel = await connectGuest(machine.control, AbortSignal.timeout(50_000))
    channel.close()
    const state = join(folder, 'state')
    await withQmp(join(machine.folder, 'qmp'), async (qmp) => {
      await qmp.execute('stop', z.unknown())
      await qmp.execute('migrate', z.unknown(), { uri: `exec:cat > ${state}` })
      const status = () => qmp.execute('query-migrate', z.looseObject({ status: z.string() }))
      while ((await status()).status !== 'completed') await sleep(50)
    })
    return state
  } finally {
    await machine.dispose()
  }
}

async function makeSparse(path: string, size: string): Promise<void> {
  await run('truncate', ['-s', size, path])
}

const socketsMs = 60_000

async function startQemu(folder: string, disks: Omit<Parts, 'path'>): Promise<TestMachine> {
  const assets = await ensureGuestAssets(join(folder, 'assets'))
  const path = (name: string) => join(folder, name)
  const qemu = start('qemu-system-x86_64', machineArguments(assets, { ...disks, path }), {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  qemu.stdio[2]?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  const exited = new Promise((resolve) => qemu.once('exit', resolve))
  const areThere = () => ['control', 'qmp'].every((socket) => existsSync(path(socket)))
  // QEMU makes one after the other, and a busy machine lets it wait between the two.
  for (let waitedMs = 0; waitedMs < socketsMs && qemu.exitCode === null && !areThere(); waitedMs += 25) await sleep(25)
  if (qemu.exitCode !== null) throw new Error(complaints)
  if (disks.state !== undefined) {
    await goOn(path('qmp')).catch((error: unknown) => {
      // Nobody else knows of the machine yet.
      qemu.kill('SIGKILL')
      throw error
    })
  }
  return {
    ...{ folder, upper: disks.upper, qemu, exited },
    ...{ control: path('control'), stdin: path('stdin'), main: path('main'), stderr: path('stderr') },
    bootLog: () => readFileSync(path('console'), 'utf8') + complaints,
    status: () => readFileSync(path('status'), 'utf8'),
    async dispose() {
      await endGroup(qemu)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Parts {
  readonly image: string
  readonly upper: string
  readonly memoryMb: number
  readonly state?: string | undefined
  readonly path: (name: string) => string
}

function machineArguments(assets: { kernel: string; initramfs: string }, parts: Parts): string[] {
  const { image, upper, path, memoryMb, state } = parts
  const port = (name: string, number: number, backend: string) => [
    ...['-chardev', `${backend},id=${name},path=${path(name)}${backend === 'socket' ? ',server=on,wait=off' : ''}`],
    ...['-device', `virtserialport,bus=vs0.0,chardev=${name},name=joey.${name},nr=${number}`],
  ]
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-m', String(memoryMb)],
    ...['-M', 'microvm,acpi=off', '-accel', 'tcg,thread=multi,tb-size=32'],
    ...['-global', 'virtio-mmio.force-legacy=false', '-kernel', assets.kernel, '-initrd', assets.initramfs],
    ...['-append', 'console=hvc0 quiet panic=-1 reboot=t'],
    ...['-blockdev', `driver=raw,node-name=ro,read-only=on,file.driver=file,file.filename=${image},file.locking=off`],
    ...['-device', 'virtio-blk-device,drive=ro'],
    ...['-blockdev', `driver=raw,node-name=rw,file.driver=file,file.filename=${upper}`],
    ...['-device', 'virtio-blk-device,drive=rw', '-device', 'virtio-serial-device,id=vs0,max_ports=31'],
    ...['-chardev', `file,id=console,path=${path('console')}`, '-device', 'virtconsole,bus=vs0.0,chardev=console,nr=1'],
    ...port('control', 2, 'socket'),
    ...port('stdin', 6, 'socket'),
    ...port('main', 3, 'socket'),
    ...port('stderr', 4, 'socket'),
    ...port('status', 5, 'file'),
    ...['-qmp', `unix:${path('qmp')},server=on,wait=off`],
    ...(state === undefined ? [] : ['-incoming', `exec:cat ${state}`]),
    ...['-netdev', 'user,id=n0,restrict=on', '-device', 'virtio-net-device,netdev=n0'],
  ]
}

export const testConfig: GuestConfig = {
  hostname: 'fish',
  lowers: [{ device: 'vda', type: 'erofs' }],
  upper: 'vdb',
  readOnlyRoot: false,
  cwd: '/',
  network: {
    address: '10.0.2.15',
    prefix: 24,
    gateway: '10.0.2.2',
    mac: '52:54:00:11:22:33',
    further: [],
    gateway6: null,
  },
  hosts: '127.0.0.1 localhost\n',
  resolvConf: 'nameserver 10.0.2.3\n',
  shares: [],
  tmpfs: [{ target: '/scratch', sizeBytes: 1 << 20 }],
  innerTmpfs: [],
  shmBytes: 1 << 20,
  pids: 200,
  memoryBytes: null,
  capabilities: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_SETUID', 'CAP_SETGID', 'CAP_KILL', 'CAP_MKNOD'],
  maskPaths: true,
}

export function plan(argv: readonly string[], more: Partial<ProcessPlan> = {}): ProcessPlan {
  return { argv, env: ['PATH=/bin'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false, ...more }
}
