import { describe, expect, test } from 'vitest'
import { confineMachine, machineUid, mappedAccounts } from './confine-machine.ts'
import { freeSlots, type MachineDescription, qemuArguments } from './qemu-arguments.ts'

const machine: MachineDescription = {
  shape: { memoryMebibytes: 512, cpus: 2, disks: 2, network: false },
  acceleration: 'tcg',
  uid: 12_345,
  shares: 0,
  start: 'boot',
  streams: 'pipes',
}
const devices = (args: readonly string[]) =>
  args.flatMap((each, index) => (each === '-device' ? [args[index + 1]?.split(',')[0] ?? ''] : []))
const files = { kernel: '/k', initramfs: '/i', sockets: '/s', disks: ['/image', '/disk'] }
const wrapping = {
  bwrap: '/usr/bin/bwrap',
  acceleration: 'tcg',
  hasNetwork: false,
  keepsNetwork: true,
  diesWithStarter: false,
} as const

describe('the command line of a machine', () => {
  test('has no device that is not needed', () => {
    expect(new Set(devices(qemuArguments(machine)))).toEqual(
      new Set(['virtio-balloon-device', 'virtio-serial-device', 'virtconsole', 'virtserialport', 'virtio-blk-device']),
    )
  })

  test('has a network device only with a network', () => {
    expect(devices(qemuArguments({ ...machine, shape: { ...machine.shape, network: true } }))).toContain(
      'virtio-net-device',
    )
  })

  test('always drops its account and shuts itself in', () => {
    const args = qemuArguments(machine).join(' ')
    expect(args).toContain('-runas 12345:12345')
    expect(args).toMatch(/-sandbox on,.*spawn=deny,resourcecontrol=deny/)
  })

  test('makes the last disk writable and no other', () => {
    const drives = qemuArguments(machine).filter((each) => each.startsWith('driver=raw'))
    expect(drives.map((each) => /read-only=(on|off)/.exec(each)?.[1])).toEqual(['on', 'off'])
  })

  test('makes one disk of several files, each over the one before, with the same devices as of one', () => {
    const args = qemuArguments({ ...machine, joined: [3, 1] })
    const nodes = args
      .filter((each) => each.startsWith('driver='))
      .map((each) => new URLSearchParams(each.replaceAll(',', '&')))
    const seen = nodes.map((node) => ['driver', 'node-name', 'backing', 'read-only'].map((name) => node.get(name)))
    expect(seen).toEqual([
      ['raw', 'disk0-0', null, 'on'],
      ['qcow2', 'disk0-1', 'disk0-0', 'on'],
      ['qcow2', 'disk0', 'disk0-1', 'on'],
      ['raw', 'disk1', null, 'off'],
    ])
    expect(nodes[2]?.get('data-file.file.filename')).toBe('/disks/0.2')
    expect(nodes[2]?.get('file.filename')).toBe('/disks/0.2.table')
    expect(devices(args)).toEqual(devices(qemuArguments(machine)))
  })

  test('differs between a template and its clones by the streams and the state alone', () => {
    const template = qemuArguments({ ...machine, streams: 'none' })
    const clone = qemuArguments({ ...machine, start: 'clone' })
    expect(devices(clone)).toEqual(devices(template))
    expect(clone.join(' ')).toContain('-incoming fd:8')
    expect(template.join(' ')).not.toContain('fdset')
  })

  test('keeps within the slots of the board', () => {
    const most = freeSlots(true)
    const shape = { memoryMebibytes: 512, cpus: 2, disks: most, network: true }
    const busDevices = devices(qemuArguments({ ...machine, shape })).filter((name) => !name.startsWith('virtcon'))
    expect(busDevices.filter((name) => name !== 'virtserialport')).toHaveLength(8)
  })
})

describe('the confinement of a machine', () => {
  test('shows the image read-only and the disk writable, and no folder of the host', () => {
    const args = confineMachine(files, { ...wrapping, infoDescriptor: null }).join(' ')
    expect(args).toContain('--ro-bind /image /disks/0 --bind /disk /disks/1')
    expect(args).not.toMatch(/--(dev-)?bind(-try)? \/ /)
    expect(args).not.toContain('/dev/kvm')
    expect(args).not.toContain('/dev/net/tun')
  })

  test('leaves the network alone only where it is the right one', () => {
    expect(confineMachine(files, { ...wrapping, infoDescriptor: null })).not.toContain('--unshare-net')
    expect(confineMachine(files, { ...wrapping, keepsNetwork: false, infoDescriptor: null })).toContain('--unshare-net')
  })

  test('gives every machine an account that nobody has', () => {
    expect(machineUid('aaaa0000bbbb', 2 ** 32)).toBeGreaterThan(1_000_000_000)
    expect(machineUid('aaaa0000bbbb', 2 ** 32)).toBeLessThan(2 ** 31)
    expect(machineUid('aaaa0000bbbb', 2 ** 32)).not.toBe(machineUid('aaaa0000bbbc', 2 ** 32))
  })

  test('takes nobody where the agent has few accounts itself', () => {
    expect(mappedAccounts('         0     100000      65536\n')).toBe(65_536)
    expect(machineUid('aaaa0000bbbb', 65_536)).toBe(65_534)
  })
})
