import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseGrant } from '#contract/parse-grant'
import { run } from '../base/process/run.ts'
import { type AgentFixture, openAgentFixture } from '../testing/agent-fixture.ts'

let fixture: AgentFixture
beforeAll(async () => {
  fixture = await openAgentFixture()
})
afterAll(() => fixture.close())
afterEach(async () => {
  const { sandboxes } = fixture.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
})

const granted = (...texts: string[]) => ({ grants: texts.map(parseGrant) })
const notices = () =>
  fixture.seen.flatMap((fact) => (fact.type === 'notice' ? [`${fact.reason}: ${fact.message}`] : []))

test('a granted path is mounted at the same place below /host, with the access that was given', async () => {
  await fixture.create('reader', granted('host-path:/etc:ro'))
  const { stdout } = await fixture.exec('reader', 'cat /host/etc/hostname; touch /host/etc/joey-was-here 2>&1')
  expect(stdout).toContain(readFileSync('/etc/hostname', 'utf8'))
  expect(stdout).toContain('Read-only file system')
  expect(notices()).toContain('granted: "reader" was granted host-path:/etc:ro.')
})

test('grants of a running sandbox come and go with its next start, and each is reported', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-granted-'))
  try {
    mkdirSync(join(folder, 'given'))
    writeFileSync(join(folder, 'given/word'), 'hello\n')
    const { sandboxes } = fixture.services()
    const text = `host-path:${folder}/given:rw`
    await fixture.create('web')
    await sandboxes.setGrants('web', [parseGrant(text)])
    const place = `/host${folder}/given`
    expect((await fixture.exec('web', `ls ${place}`)).code).not.toBe(0)
    await sandboxes.restart('web', { graceMs: 0 }, AbortSignal.timeout(20_000))
    expect((await fixture.exec('web', `cat ${place}/word; echo from inside > ${place}/word`)).stdout).toBe('hello\n')
    expect(readFileSync(join(folder, 'given/word'), 'utf8')).toBe('from inside\n')
    await sandboxes.stop('web', { graceMs: 0 })
    expect((await sandboxes.setGrants('web', [])).spec.grants).toEqual([])
    await sandboxes.start('web', AbortSignal.timeout(20_000))
    expect((await fixture.exec('web', `cat ${place}/word`)).code).not.toBe(0)
    expect(notices()).toContain(`granted: "web" was granted ${text}. It runs with what it had until its next start.`)
    expect(notices()).toContain(`grant-taken-back: The grant of ${text} to "web" was taken back.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the network of this machine is really shared, and only where it was granted', async () => {
  const own = readlinkSync('/proc/self/ns/net')
  const shared = await fixture.create('shared', granted('host-network'))
  const other = await fixture.create('other')
  expect(readlinkSync(`/proc/${shared.pid}/ns/net`)).toBe(own)
  expect(readlinkSync(`/proc/${other.pid}/ns/net`)).not.toBe(own)
  expect(shared.address).toBeNull()
  expect((await fixture.exec('shared', 'cat /etc/resolv.conf')).stdout).toBe(readFileSync('/etc/resolv.conf', 'utf8'))
})

test('a capability, a device and the lack of a filter are there where they were granted, and only there', async () => {
  await fixture.create('plain')
  await fixture.create('given', granted('cap:SYS_ADMIN', 'device:/dev/kmsg', 'no-seccomp'))
  const inspect = async (ref: string) => {
    const { stdout } = await fixture.exec(ref, 'grep -E "^(CapEff|Seccomp):" /proc/self/status; ls /dev/kmsg 2>&1')
    const capabilities = BigInt(`0x${/CapEff:\s*([0-9a-f]+)/.exec(stdout)?.[1]}`)
    return {
      mayAdminister: ((capabilities >> 21n) & 1n) === 1n,
      isFiltered: /Seccomp:\s*2/.test(stdout),
      hasDevice: !stdout.includes('No such file'),
    }
  }
  expect(await inspect('plain')).toEqual({ mayAdminister: false, isFiltered: true, hasDevice: false })
  expect(await inspect('given')).toEqual({ mayAdminister: true, isFiltered: false, hasDevice: true })
})

test('a guest that may make its files immutable is removed all the same', async () => {
  await fixture.create('stubborn', granted('cap:LINUX_IMMUTABLE'))
  await fixture.exec('stubborn', 'mkdir /d; echo kept > /d/f')
  const { sandboxes, folder: paths } = fixture.services()
  const { folder, upper } = paths.sandbox(sandboxes.find('stubborn').sandbox.id)
  // From here, because busybox has no chattr; to the file system it is the same.
  await run('chattr', ['+i', join(upper, 'd/f')])
  await run('chattr', ['+a', join(upper, 'd')])
  await sandboxes.remove('stubborn', true)
  expect(existsSync(folder)).toBe(false)
})

test('what is refused leaves no sandbox and no record of a grant', async () => {
  const before = notices().length
  const wish = { ...granted('host-network', 'cap:SYS_ADMIN'), network: 'none' as const }
  await expect(fixture.create('wrong', wish)).rejects.toMatchObject({ wire: { reason: 'host-network-and-none' } })
  await expect(fixture.create('wrong', granted(`host-path:${fixture.home}:ro`))).rejects.toMatchObject({
    wire: { code: 'refused', reason: 'grant-of-joey' },
  })
  expect(fixture.services().sandboxes.list(true)).toEqual([])
  expect(notices()).toHaveLength(before)
})
