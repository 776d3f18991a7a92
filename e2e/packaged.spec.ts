import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { appFolder, ensureAppFolder } from '../tools/package/app-folder.ts'
import { ensureElectron } from '../tools/set-up/electron.ts'
import { PackagedApp, runAsNode, runPackedJoey } from './fixtures/packaged-app.ts'
import { expect, screenPath, test } from './fixtures/test.ts'
import type { Listed } from './fixtures/test-agent.ts'

test.beforeAll(async () => {
  test.setTimeout(300_000)
  await ensureAppFolder(await ensureElectron())
})

test('the packed app starts, reaches its agent, and shows the sandbox that a link names', async ({ testAgent }) => {
  await testAgent.joey('run', '-d', '--name', 'packed', 'busybox', '--', 'sleep', '1000')
  const [listed] = JSON.parse(await testAgent.joey('ls', '--json')) as readonly Listed[]
  const packed = await PackagedApp.open(testAgent, 'joey://sandbox/packed')
  try {
    const text = () => packed.evaluate('document.body.innerText')
    await expect.poll(text).toMatch(/Agent connected/)
    await expect.poll(text).toContain('packed')
    await expect.poll(() => packed.evaluate('location.hash')).toBe(`#/sandboxes/${listed?.id}`)
    expect(await packed.evaluate('location.origin')).toBe('app://joey')
    expect(await packed.evaluate('typeof require')).toBe('undefined')
    writeFileSync(screenPath('packed'), await packed.screenshot())
  } finally {
    await packed.close()
  }
  // The command line in it brings its own Node.
  const { status, stdout } = runPackedJoey(['agent', 'status', '--json'], testAgent.env)
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ pid: (await testAgent.info()).pid, home: testAgent.home })
})

test('the packed app is no Node for anybody, and brings the notices of others', () => {
  expect(runAsNode('process.exit(42)')).not.toBe(42)
  for (const file of ['THIRD-PARTY.txt', 'LICENSE.joey.txt', 'LICENSE.electron.txt'])
    expect(readFileSync(join(appFolder, file), 'utf8').length, file).toBeGreaterThan(500)
})
