import { afterEach, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
afterEach(() => testAgent.joey(['rm', '-fa']))

test.each(['container', 'gvisor', 'microvm'])(
  'in the class %s a name as Compose makes it is its name on a network, and a plain label inside',
  async (own) => {
    const served = ['--name', 'Shop_web.1', '--class', own, '--network', 'backend', 'busybox']
    const serves = ['httpd', '-f', '-h', '/etc']
    expect(await testAgent.joey(['run', '-d', ...served, ...serves])).toMatchObject({ code: 0 })
    await testAgent.startSleeper('shop_db_1', '--class', own, '--network', 'backend')
    const fetch = 'until wget -qO- http://$name/hostname; do :; done'
    const script = `hostname; grep -i web /etc/hosts; for name in Shop_web.1 shop_web.1 SHOP-WEB-1; do ${fetch}; done`
    const ran = await testAgent.joey(['exec', 'shop_db_1', '--', 'sh', '-c', script])
    expect(ran.stdout).toMatch(/^shop-db-1\n[0-9.]+\tShop_web\.1 shop_web\.1 shop-web-1\n(shop-web-1\n){3}$/)
    expect(await testAgent.joey(['stop', '-t', '0', 'Shop_web.1', 'shop_db_1'])).toMatchObject({
      code: 0,
      stdout: 'Shop_web.1\nshop_db_1\n',
    })
  },
)

test('names that differ by case alone are one, also when a sandbox gets another; its own it may spell anew', async () => {
  await testAgent.startSleeper('web')
  await testAgent.startSleeper('other')
  const taken = 'There is a sandbox named "web" already'
  const second = await testAgent.joey(['run', '-d', '--name', 'WEB', 'busybox', 'sleep', '1000'])
  expect(second).toMatchObject({ code: 125, stderr: expect.stringContaining(taken) })
  expect(await testAgent.joey(['rename', 'other', 'Web'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(taken),
  })
  expect(await testAgent.joey(['rename', 'web', 'Web'])).toMatchObject({ code: 0, stdout: 'Web\n' })
})

test.each(['-web', '.web', '_web', 'web.', 'we b', 'x'.repeat(64), ''])('"%s" is no name', async (name) => {
  const ran = await testAgent.joey(['run', '-d', `--name=${name}`, 'busybox', 'sleep', '1000'])
  expect(ran).toMatchObject({ code: 64, stdout: '' })
  expect(ran.stderr).toContain('1 to 63 letters, digits')
})

test('the output of a sandbox with dots in its name is copied, shown and kept like any other', async () => {
  await testAgent.startSleeper('A.b_C')
  expect(await testAgent.joey(['exec', 'A.b_C', 'touch', '/made'])).toMatchObject({ code: 0 })
  expect(await testAgent.joey(['cp', 'A.b_C:/made', 'A.b_C:/copy'])).toMatchObject({ code: 0 })
  expect(await testAgent.joey(['snapshot', 'create', 'A.b_C', '--name', 'one'])).toMatchObject({ code: 0 })
  expect(await testAgent.joey(['diff', 'A.b_C'])).toMatchObject({ stdout: expect.stringContaining('/made') })
  expect(await testAgent.joey(['files', 'ls', 'A.b_C@one:/'])).toMatchObject({
    stdout: expect.stringContaining('made'),
  })
  expect(await testAgent.joey(['snapshot', 'fork', 'A.b_C'])).toMatchObject({ code: 0 })
  expect((await testAgent.list()).map(({ name }) => name).sort()).toEqual(['A.b_C', 'A.b_C-1'])
})
