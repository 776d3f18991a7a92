import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Run } from '../base/process/run.ts'
import { formatSubnet, overlaps, parseSubnet, type Subnet } from './ipv4.ts'
import { chooseSubnet, pickSubnet } from './subnet-choice.ts'

const subnets = (...texts: string[]): Subnet[] => texts.map(parseSubnet).filter((subnet) => subnet !== null)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-subnet-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A host with these routes; its bridge has an address where `bridge` says so. */
function hostWith(routes: object[], bridge?: string): Run {
  return async (_program, args) => {
    const own = bridge === undefined ? [] : [{ ifname: 'jy0a1b2c', addr_info: [{ local: bridge, prefixlen: 22 }] }]
    const answer = args.includes('route') ? routes : args.includes('dev') ? own : []
    return { code: 0, stdout: answer.length === 0 ? '' : JSON.stringify(answer), stderr: '' }
  }
}

test('two tags get two subnets, and one tag always the same', () => {
  expect(pickSubnet('000001', [])).toEqual(pickSubnet('000001', []))
  expect(overlaps(pickSubnet('000001', []), pickSubnet('000002', []))).toBe(false)
})

test('what the host uses already is avoided', () => {
  const [wanted] = [pickSubnet('0a1b2c', [])]
  const next = pickSubnet('0a1b2c', [wanted])
  expect(overlaps(wanted, next)).toBe(false)
})

test('a company that routes all of 10/8 leaves the other ranges', () => {
  expect(formatSubnet(pickSubnet('0a1b2c', subnets('10.0.0.0/8')))).toMatch(/^172\./)
  expect(formatSubnet(pickSubnet('0a1b2c', subnets('10.0.0.0/8', '172.16.0.0/12')))).toMatch(/^192\.168\./)
})

test('where everything is routed, the sentence says what to do', () => {
  expect(() => pickSubnet('0a1b2c', subnets('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'))).toThrow(/--network none/)
})

test('routes for everything are not in the way', async () => {
  const run = hostWith([{ dst: 'default' }, { dst: '0.0.0.0/1' }, { dst: '128.0.0.0/1' }])
  expect(formatSubnet(await chooseSubnet(run, { folder, bridge: 'jy0a1b2c', tag: '0a1b2c', further: [] }))).toMatch(
    /^10\./,
  )
})

test('the choice is recorded and kept', async () => {
  await writeFile(join(folder, 'network.json'), '{"subnet":"10.99.4.0/22"}')
  expect(
    formatSubnet(await chooseSubnet(hostWith([]), { folder, bridge: 'jy0a1b2c', tag: '0a1b2c', further: [] })),
  ).toBe('10.99.4.0/22')
})

test('the recorded one is given up for a new route, unless the bridge has it', async () => {
  const routes = [{ dst: '10.96.0.0/12', dev: 'tun0' }]
  await writeFile(join(folder, 'network.json'), '{"subnet":"10.99.4.0/22"}')
  const busy = await chooseSubnet(hostWith(routes, '10.99.4.1'), {
    folder,
    bridge: 'jy0a1b2c',
    tag: '0a1b2c',
    further: [],
  })
  expect(formatSubnet(busy)).toBe('10.99.4.0/22')
  const idle = await chooseSubnet(hostWith(routes), { folder, bridge: 'jy0a1b2c', tag: '0a1b2c', further: [] })
  expect(formatSubnet(idle)).not.toBe('10.99.4.0/22')
  expect(await readFile(join(folder, 'network.json'), 'utf8')).toContain(formatSubnet(idle))
})

test('a damaged record is made anew', async () => {
  await writeFile(join(folder, 'network.json'), '{"subnet":')
  await expect(
    chooseSubnet(hostWith([]), { folder, bridge: 'jy0a1b2c', tag: '0a1b2c', further: [] }),
  ).resolves.toMatchObject({ prefix: 22 })
})
