import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const { joey } = testAgent
afterEach(() => joey(['rm', '-fa']))
/** A machine without tzdata has no rules to give. */
const hasZones = existsSync('/usr/share/zoneinfo/Asia/Kolkata')

describe.each(['container', 'gvisor', 'microvm'])('in the class %s', (own) => {
  const run = (...args: string[]) => joey(['run', '--rm', '--class', own, ...args])

  test.runIf(hasZones)('--tz holds for the main process and for commands, in an image without zones too', async () => {
    const script = ['busybox', 'sh', '-c', 'date -d @1700000000 +%H:%M']
    expect(await run('--tz', 'Asia/Kolkata', ...script)).toMatchObject({ code: 0, stdout: '03:43\n' })
    expect(await run('--tz', 'Asia/Kolkata', '-e', 'TZ=UTC0', ...script)).toMatchObject({ stdout: '22:13\n' })
    await testAgent.startSleeper('box', '--class', own, '--tz', 'Europe/Berlin')
    const asked = ['exec', 'box', 'date', '-d', '@1700000000', '+%H:%M %Z']
    expect(await joey(asked)).toMatchObject({ code: 0, stdout: '23:13 CET\n' })
  })
})

test('a zone that there is not is refused before anything starts', async () => {
  const refused = await joey(['run', '--rm', '--tz', 'Europe/Atlantis', 'busybox', 'true'])
  expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('no time zone "Europe/Atlantis"') })
  expect(await testAgent.list('-a')).toEqual([])
})

describe.each(['container', 'microvm'])('in the class %s --sysctl', (own) => {
  const run = (...args: string[]) => joey(['run', '--rm', '--class', own, ...args])

  test('sets what the kernel has for each sandbox', async () => {
    const settings = [
      'net.core.somaxconn=777',
      'kernel.shmmni=55',
      'fs.mqueue.msg_max=9',
      'net/ipv4/ip_local_port_range=5000 6000',
    ]
    const files = 'net/core/somaxconn kernel/shmmni fs/mqueue/msg_max net/ipv4/ip_local_port_range'
    const ran = await run(
      ...settings.flatMap((text) => ['--sysctl', text]),
      'busybox',
      'sh',
      '-c',
      `cd /proc/sys; cat ${files}`,
    )
    expect(ran).toMatchObject({ code: 0, stdout: '777\n55\n9\n5000\t6000\n' })
  })

  test('says what the kernel does not take, and leaves nothing', async () => {
    const refused = await run('--sysctl', 'net.core.somaxconn=many', 'busybox', 'true')
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('does not take a setting') })
    expect(await run('--sysctl', 'vm.swappiness=1', 'busybox', 'true')).toMatchObject({
      ...{ code: 125, stderr: expect.stringContaining('this whole machine') },
    })
    expect(await testAgent.list('-a')).toEqual([])
  })
})

test('settings of the kernel are refused in gVisor, and beside the network of this machine', async () => {
  for (const options of [
    ['--class', 'gvisor'],
    ['--grant', 'host-network'],
  ]) {
    const refused = await joey(['run', '--rm', ...options, '--sysctl', 'net.core.somaxconn=777', 'busybox', 'true'])
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('is refused') })
  }
  expect(await joey(['run', '--sysctl', 'net.core.somaxconn', 'busybox'])).toMatchObject({ code: 64 })
})
