import type { MachineShape } from './machine-shape.ts'

/**
 * The command line of one machine, one small function per device. Paths are those that QEMU sees in its confinement
 * (confine-machine.ts), descriptors those that the launch script gives to it (launch-machine.ts).
 */
export interface MachineDescription {
  readonly shape: MachineShape
  readonly acceleration: 'kvm' | 'tcg'
  /** Whom QEMU becomes once everything is open, before the first instruction of the guest. */
  readonly uid: number
  /** Folders of the host that the guest mounts; with any of them there is no template. */
  readonly shares: number
  /** `clone`: reads the state of a booted guest from a descriptor in place of booting. */
  readonly start: 'boot' | 'clone'
  /** `pipes`: descriptors of the launch script. `none`: a template, which has nobody to talk to. */
  readonly streams: 'pipes' | 'none'
  /** How many files each disk is made of; one where nothing is said. */
  readonly joined?: readonly number[]
}

/** Descriptors that the launch script opens for QEMU. 0 is the main process's standard input. */
export const descriptors = { output: 3, errors: 4, status: 7, state: 8 } as const

/** Places inside the confinement. */
export const inside = {
  kernel: '/guest/kernel.elf',
  initramfs: '/guest/initramfs.cpio',
  sockets: '/vm',
  disk: (index: number) => `/disks/${index}`,
  /** Of the files that are one disk together, and of what says where each is on it. */
  part: (index: number, part: number) => `/disks/${index}.${part}`,
  table: (index: number, part: number) => `/disks/${index}.${part}.table`,
  tap: 'tap0',
} as const

/** Names of the sockets in their folder; short, for the limit of socket paths. */
export const socketNames = { control: 'c', monitor: 'q', share: (index: number) => `f${index}` } as const

/** Slots for devices that the machine has without ACPI. */
const deviceSlots = 8
const fixedDevices = 2

/** How many disks and mounts fit beside the devices that every machine has. */
export function freeSlots(hasNetwork: boolean): number {
  return deviceSlots - fixedDevices - (hasNetwork ? 1 : 0)
}

export function qemuArguments(machine: MachineDescription): string[] {
  const { shape, uid } = machine
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-msg', 'timestamp=off'],
    ...board(machine),
    ...accelerator(machine.acceleration),
    ...kernel(),
    ...monitor(),
    ...balloon(),
    ...serialBus(),
    ...console(),
    ...control(),
    ...streams(machine.streams),
    ...disks(machine),
    ...(shape.network ? network() : []),
    ...Array.from({ length: machine.shares }, (_, index) => share(index)).flat(),
    ...migration(machine.start),
    ...sandbox(uid),
  ]
}

/** No clock chip: its interrupt is one that a disk needs, and the agent sets the guest's time. */
function board({ shape, shares }: MachineDescription): string[] {
  const { memoryMebibytes, cpus } = shape
  // Mounts are served by another process, which must see the guest's memory.
  const shared = shares > 0
  const options = ['microvm', 'acpi=off', 'rtc=off', ...(shared ? ['memory-backend=memory'] : [])]
  return [
    ...['-M', options.join(',')],
    ...['-m', `${memoryMebibytes}M`, '-smp', String(cpus)],
    ...(shared ? ['-object', `memory-backend-memfd,id=memory,size=${memoryMebibytes}M,share=on`] : []),
    ...['-global', 'virtio-mmio.force-legacy=false'],
  ]
}

/** 32 MiB for translated code: more does not make it faster, less does not make it smaller by much. */
function accelerator(kind: 'kvm' | 'tcg'): string[] {
  return kind === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi,tb-size=32', '-cpu', 'max']
}

/**
 * A second from a panic to the end, in which its words can be read; no network interface that nobody requested; and no audit. Where
 * there is one, programs that let people in (sshd, su, login) want to write to it, and refuse their service where they may not. So
 * they find what they find in most containers: none.
 */
function kernel(): string[] {
  const line = 'console=hvc0 panic=1 reboot=t dummy.numdummies=0 audit=0'
  return ['-kernel', inside.kernel, '-initrd', inside.initramfs, '-append', line]
}

function monitor(): string[] {
  return ['-qmp', `unix:${inside.sockets}/${socketNames.monitor},server=on,wait=off`]
}

/** Takes memory away from a running guest, and returns to the host what the guest has freed. */
function balloon(): string[] {
  return ['-device', 'virtio-balloon-device,id=balloon,free-page-reporting=on']
}

function serialBus(): string[] {
  return ['-device', 'virtio-serial-device,id=serial,max_ports=8']
}

/** The kernel's words stay in QEMU's memory: a hostile guest could fill a file without end. */
function console(): string[] {
  return ['-chardev', 'ringbuf,id=console,size=65536', '-device', 'virtconsole,bus=serial.0,chardev=console,nr=0']
}

function control(): string[] {
  const path = `${inside.sockets}/${socketNames.control}`
  return [...['-chardev', `socket,id=control,path=${path},server=on,wait=off`], ...port('control', 1)]
}

/**
 * Input has a port of its own: at the end of input QEMU signals the guest that the port's other end is gone, which is the
 * end of input there, and which would be the end of output too if both had one port.
 */
function streams(kind: 'pipes' | 'none'): string[] {
  const none = (id: string) => ['-chardev', `null,id=${id}`]
  const pipe = (id: string, descriptor: number) => [
    ...['-add-fd', `fd=${descriptor},set=${descriptor}`],
    // Without `append` QEMU would truncate it, which a pipe refuses.
    ...['-chardev', `file,id=${id},append=on,path=/dev/fdset/${descriptor}`],
  ]
  const to = (id: string, descriptor: number) => (kind === 'pipes' ? pipe(id, descriptor) : none(id))
  return [
    ...(kind === 'pipes' ? ['-chardev', 'stdio,id=stdin,signal=off'] : none('stdin')),
    ...port('stdin', 2),
    ...to('main', descriptors.output),
    ...port('main', 3),
    ...to('stderr', descriptors.errors),
    ...port('stderr', 4),
    ...to('status', descriptors.status),
    ...port('status', 5),
  ]
}

function port(name: string, number: number): string[] {
  return ['-device', `virtserialport,bus=serial.0,chardev=${name},name=joey.${name},nr=${number}`]
}

function disks({ shape, joined = [] }: MachineDescription): string[] {
  return Array.from({ length: shape.disks }, (_, index) => {
    const parts = joined[index] ?? 1
    const access = index === shape.disks - 1 ? 'read-only=off,discard=unmap' : 'read-only=on'
    const one = ['-blockdev', `driver=raw,node-name=disk${index},${access},${file('file', inside.disk(index))}`]
    return [...(parts > 1 ? joinedNodes(index, parts) : one), '-device', `virtio-blk-device,drive=disk${index}`]
  }).flat()
}

function file(name: string, path: string): string {
  return `${name}.driver=file,${name}.filename=${path},${name}.locking=off`
}

/** Each shows its own file at the place of that, and everywhere else what the one before shows. */
function joinedNodes(index: number, parts: number): string[] {
  const name = (part: number) => (part === parts - 1 ? `disk${index}` : `disk${index}-${part}`)
  return Array.from({ length: parts }, (_, part) => {
    const own = `node-name=${name(part)},read-only=on`
    const place = inside.part(index, part)
    if (part === 0) return ['-blockdev', `driver=raw,${own},${file('file', place)}`]
    const content = `data-file.driver=raw,${file('data-file.file', place)}`
    const table = file('file', inside.table(index, part))
    return ['-blockdev', `driver=qcow2,${own},backing=${name(part - 1)},${table},${content}`]
  }).flat()
}

function network(): string[] {
  const tap = `tap,id=net,ifname=${inside.tap},script=no,downscript=no,vnet_hdr=on`
  return ['-netdev', tap, '-device', 'virtio-net-device,netdev=net']
}

function share(index: number): string[] {
  const path = `${inside.sockets}/${socketNames.share(index)}`
  return [
    ...['-chardev', `socket,id=share${index},path=${path}`],
    ...['-device', `vhost-user-fs-device,chardev=share${index},tag=joey${index}`],
  ]
}

/**
 * A state does not hold whether the machine was paused, so that one that goes on from there runs at once. It does so
 * without the packets by which a machine announces its new place: it still has the addresses of the one that was saved.
 */
function migration(start: MachineDescription['start']): string[] {
  return [
    ...['-global', 'migration.store-global-state=off', '-global', 'migration.announce-rounds=0'],
    ...(start === 'clone' ? ['-incoming', `fd:${descriptors.state}`] : []),
  ]
}

/** Becoming somebody else is what `-runas` does; afterwards QEMU holds no capability and can get none. */
function sandbox(uid: number): string[] {
  return [
    ...['-runas', `${uid}:${uid}`],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=allow,spawn=deny,resourcecontrol=deny'],
  ]
}
