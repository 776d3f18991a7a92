import { beforeEach, expect, test, vi } from 'vitest'
import { appError } from '#contract/app-error'
import type { UserNetwork } from '#contract/network'
import { SandboxSpec } from '#contract/sandbox'
import { createNetworks, type Networks, requireFittingAddresses, wishesOf } from './networks.ts'

let made: Map<string, UserNetwork>
let boxes: object[]
let networks: Networks
const network = {
  checkSubnet: vi.fn(async (subnet: string) => subnet),
  addSubnet: vi.fn(async (_subnet: string) => {}),
  dropSubnet: vi.fn(async (_subnet: string) => {}),
}
const networkRecords = {
  all: () => [...made.values()],
  get: (name: string) => made.get(name),
  put: (each: UserNetwork) => void made.set(each.name, each),
  remove: (name: string) => void made.delete(name),
}

beforeEach(() => {
  made = new Map()
  boxes = []
  vi.resetAllMocks()
  network.checkSubnet.mockImplementation(async (subnet) => subnet)
  const records = { all: () => boxes }
  networks = createNetworks({ networkRecords, records, network, now: () => new Date(0) } as never)
})

const wish = { name: 'back', subnet: '10.9.0.0/24', internal: false, isolated: false, labels: {} }
const specOn = (more: object) => SandboxSpec.parse({ image: 'busybox', ...more })
const box = (name: string, more: object, pending: object | null = null) => ({
  sandbox: { ...{ name, spec: specOn(more), address: '10.0.0.2', addresses: [] }, pending },
})
const reasonOf = (reason: string) => ({ wire: { reason } })

test('a network is on record before the bridge has its subnet, and not any more where that fails', async () => {
  network.addSubnet.mockImplementation(async () => {
    expect(made.has('back')).toBe(true)
  })
  await networks.create(wish)
  expect(network.addSubnet).toHaveBeenCalledWith('10.9.0.0/24')
  network.addSubnet.mockRejectedValue(new Error('no'))
  await expect(networks.create({ ...wish, name: 'other' })).rejects.toThrow('no')
  expect([...made.keys()]).toEqual(['back'])
})

test('a subnet that is refused changes nothing', async () => {
  const refusal = appError('subnet-taken', { subnet: '10.9.0.0/24', taken: '10.0.0.0/8', by: 'eth0' })
  network.checkSubnet.mockRejectedValue(refusal)
  await expect(networks.create(wish)).rejects.toThrow(refusal)
  expect([made.size, network.addSubnet.mock.calls.length]).toEqual([0, 0])
})

test('to make one that is there is no error where it is the same, and one where it is another', async () => {
  const first = await networks.create(wish)
  expect(await networks.create(wish)).toEqual(first)
  await expect(networks.create({ ...wish, internal: true })).rejects.toMatchObject(reasonOf('network-exists'))
})

test('what sandboxes share already becomes no other network under their feet', async () => {
  boxes = [box('web', { networkName: 'back' })]
  await expect(networks.create(wish)).rejects.toMatchObject(reasonOf('network-named-already'))
  expect(await networks.create({ ...wish, subnet: null })).toMatchObject({ name: 'back' })
})

test('one that is used is kept, with the names of its users, also those that will be on it from their next start on', async () => {
  await networks.create(wish)
  boxes = [box('web', { moreNetworks: ['back'] }), box('later', {}, { spec: { networkName: 'back' }, argv: [] })]
  await expect(networks.remove('back')).rejects.toMatchObject({
    wire: { reason: 'network-in-use', params: { users: 'web later', count: 2 } },
  })
  expect(await networks.prune(false)).toEqual([])
  boxes = []
  expect(await networks.prune(true)).toEqual(['back'])
  expect(made.has('back')).toBe(true)
  await networks.remove('back')
  expect(network.dropSubnet).toHaveBeenCalledWith('10.9.0.0/24')
  await expect(networks.remove('back')).rejects.toMatchObject(reasonOf('network-not-found'))
})

test('those that nobody has made are listed as long as a sandbox names them', async () => {
  await networks.create(wish)
  boxes = [box('web', { networkName: 'ad-hoc' })]
  expect(networks.list()).toMatchObject([
    { name: 'ad-hoc', createdAt: null, users: [{ name: 'web', address: '10.0.0.2' }] },
    { name: 'back', users: [] },
  ])
  expect(() => networks.find('nowhere')).toThrow('There is no network "nowhere".')
})

test('a fixed address belongs to the network in whose subnet it lies', async () => {
  await networks.create(wish)
  const spec = specOn({ networkName: 'front', moreNetworks: ['back'], fixedAddresses: ['10.9.0.7'] })
  expect(wishesOf(networkRecords, spec).map(({ name, address }) => [name, address])).toEqual([
    ['front', null],
    ['back', '10.9.0.7'],
  ])
  const refuse =
    (...fixedAddresses: string[]) =>
    () =>
      requireFittingAddresses(networkRecords, { ...spec, fixedAddresses })
  expect(refuse('10.9.0.7')).not.toThrow()
  // The host's, that of all, one elsewhere, and two in one subnet.
  for (const wrong of [['10.9.0.1'], ['10.9.0.255'], ['10.8.0.7'], ['10.9.0.7', '10.9.0.8']])
    expect(refuse(...wrong)).toThrow(/is one of no network of the sandbox \(back 10\.9\.0\.0\/24\)/)
  expect(networks.addressesOutside('back', ['10.9.0.7', '10.8.0.7'])).toEqual(['10.8.0.7'])
})
