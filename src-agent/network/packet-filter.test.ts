import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import type { Run } from '../base/process/run.ts'
import type { Subnet } from './ipv4.ts'
import { namesFor, slotNumberOf, slotOf } from './names.ts'
import type { Joined } from './network.ts'
import { createPacketFilter } from './packet-filter.ts'

const names = namesFor('0a1b2c')
const subnet: Subnet = { base: 10 * 2 ** 24 + 64 * 2 ** 16, prefix: 22 }
const sender = { interface: 'jy0a1b2cx2', address: '10.64.0.2' }

const on = (...names: readonly string[]): Joined[] =>
  names.map((name) => ({ name, isolated: false, internal: false, subnet: null, address: null }))

/** Keeps what nft was given; refuses single changes when the test wants it. */
function recorder(refuseChanges = false) {
  const scripts: string[] = []
  const run: Run = async (_program, _args, options) => {
    const script = String(options?.input)
    scripts.push(script)
    if (refuseChanges && !script.startsWith('table'))
      throw new AppError({ code: 'engine', reason: 'tool-failed', message: 'No such table.' })
    return { code: 0, stdout: '', stderr: '' }
  }
  return { run, scripts }
}

test('a change is one element, not a reload', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.allow(sender)
  await filter.publish([{ hostPort: 8080, address: '10.64.0.2', guestPort: 80 }])
  expect(scripts.slice(1)).toEqual([
    'add element bridge joey_0a1b2c ports { "jy0a1b2cx2" . 02:4a:0a:40:00:02 }\n' +
      'add element bridge joey_0a1b2c senders { "jy0a1b2cx2" . 02:4a:0a:40:00:02 . 10.64.0.2 }\n',
    'add element inet joey_0a1b2c published { 8080 : 10.64.0.2 . 80 }\n',
  ])
})

test('to join, to change and to leave a network is each one transaction of single elements', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.join('jy0a1b2cx2', on('shared'))
  await filter.join('jy0a1b2cx2', on('shared'))
  await filter.join('jy0a1b2cx3', on('shared'))
  await filter.join('jy0a1b2cx3', on('other'))
  await filter.join('jy0a1b2cx2', [])
  const element = (verb: string, name: string, mark: string, value = ` : ${mark}`) =>
    `${verb} element bridge joey_0a1b2c networks { "${name}"${value} }\n` +
    `${verb} element bridge joey_0a1b2c members { "${name}" . ${mark} }\n`
  expect(scripts.slice(1)).toEqual([
    element('add', 'jy0a1b2cx2', '0x6a790001'),
    element('add', 'jy0a1b2cx3', '0x6a790001'),
    element('delete', 'jy0a1b2cx3', '0x6a790001', '') + element('add', 'jy0a1b2cx3', '0x6a790002'),
    element('delete', 'jy0a1b2cx2', '0x6a790001', ''),
  ])
  expect([filter.networksOf('jy0a1b2cx2'), filter.networksOf('jy0a1b2cx3')]).toEqual([[], on('other')])
})

test('the number of a network that nobody is on any more is given again', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.join('jy0a1b2cx2', on('one'))
  await filter.join('jy0a1b2cx3', on('two'))
  await filter.join('jy0a1b2cx2', [])
  await filter.join('jy0a1b2cx4', on('three'))
  expect(scripts.at(-1)).toContain('"jy0a1b2cx4" . 0x6a790001')
})

test('an interface that goes is on no network any more, also after a reload', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.allow(sender)
  await filter.join(sender.interface, on('shared'))
  await filter.forbid(sender)
  expect(scripts.at(-1)).toContain('delete element bridge joey_0a1b2c members { "jy0a1b2cx2" . 0x6a790001 }')
  await filter.load([subnet])
  expect(scripts.at(-1)).not.toContain('jy0a1b2cx2')
})

test('a change that the kernel refuses is answered by a whole reload that holds it', async () => {
  const { run, scripts } = recorder(true)
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.allow(sender)
  expect(scripts.at(-1)).toContain('chain martians')
  expect(scripts.at(-1)).toContain('"jy0a1b2cx2" . 02:4a:0a:40:00:02 . 10.64.0.2')
  await filter.forbid(sender)
  expect(scripts.at(-1)).not.toContain('"jy0a1b2cx2"')
})

test('taking back what is not there asks nothing of the kernel', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.forbid(sender)
  await filter.unpublish([{ hostPort: 1, address: '10.64.0.2', guestPort: 1 }])
  expect(scripts).toEqual([])
})

test('interface, address and hardware address of a place belong together', () => {
  const slot = slotOf(names, subnet, 1022)
  expect(slot).toEqual({ number: 1022, interface: 'jy0a1b2cx3fe', address: '10.64.3.254', mac: '02:4a:0a:40:03:fe' })
  expect(slotNumberOf(names, slot.interface)).toBe(1022)
  expect(slotNumberOf(names, 'jy0a1b2d')).toBeNull()
  expect(slotNumberOf(names, 'jy0a1b2cx')).toBeNull()
})

test('a tag that could not stand in a name is a bug', () => {
  expect(() => namesFor('../..')).toThrow(TypeError)
})

test('changes that come while nft is at work are one transaction after it', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await Promise.all([
    filter.allow(sender),
    filter.allow({ interface: 'jy0a1b2cx3', address: '10.64.0.3' }),
    filter.publish([{ hostPort: 8080, address: '10.64.0.2', guestPort: 80 }]),
  ])
  expect(scripts.slice(1)).toHaveLength(1)
  expect(scripts.at(-1)).toContain('jy0a1b2cx2')
  expect(scripts.at(-1)).toContain('jy0a1b2cx3')
  expect(scripts.at(-1)).toContain('8080 : 10.64.0.2 . 80')
})

test('who is on two networks is let to the others of both, and these not to each other', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.join('jy0a1b2cx2', on('one'))
  await filter.join('jy0a1b2cx3', on('two'))
  await filter.join('jy0a1b2cx4', on('one', 'two'))
  expect(scripts.at(-1)).toBe(
    'add element bridge joey_0a1b2c networks { "jy0a1b2cx4" : 0x6a790003 }\n' +
      'add element bridge joey_0a1b2c members { "jy0a1b2cx2" . 0x6a790003, "jy0a1b2cx3" . 0x6a790003, ' +
      '"jy0a1b2cx4" . 0x6a790001, "jy0a1b2cx4" . 0x6a790002, "jy0a1b2cx4" . 0x6a790003 }\n',
  )
  await filter.join('jy0a1b2cx4', on('two'))
  expect(scripts.at(-1)).toContain('delete element bridge joey_0a1b2c members { "jy0a1b2cx2" . 0x6a790003')
})

test('on an isolated network nobody is let to anybody, and one without a way out opens nothing', async () => {
  const { run, scripts } = recorder()
  const filter = createPacketFilter(run, names, () => 1024)
  await filter.load([subnet])
  await filter.allow(sender)
  const [network] = on('apart')
  const apart = { ...network!, isolated: true, internal: true, subnet: '10.9.0.0/24', address: '10.9.0.2' }
  await filter.join(sender.interface, [apart])
  expect(scripts.at(-1)).toBe(
    'add element bridge joey_0a1b2c senders { "jy0a1b2cx2" . 02:4a:0a:40:00:02 . 10.9.0.2 }\n' +
      'add element inet joey_0a1b2c inside { 10.64.0.2, 10.9.0.2 }\n',
  )
  await filter.join(sender.interface, [apart, ...on('other')])
  expect(scripts.at(-1)).toContain('delete element inet joey_0a1b2c inside { 10.64.0.2, 10.9.0.2 }')
  await filter.forbid(sender)
  expect(scripts.at(-1)).toContain(
    'delete element bridge joey_0a1b2c senders { "jy0a1b2cx2" . 02:4a:0a:40:00:02 . 10.9.0.2 }',
  )
})
