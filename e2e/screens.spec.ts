import { join } from 'node:path'
import { expectAccessible } from './fixtures/check-accessibility.ts'
import { checkout } from './fixtures/run-joey.ts'
import { expect, screenPath, test, type Window } from './fixtures/test.ts'
import type { TestAgent } from './fixtures/test-agent.ts'
import { ChangeClassDialog } from './pages/change-class-dialog.ts'

/** Sandboxes as one has them after a morning: some run, one is busy, one waits, one has failed. */
async function populate(testAgent: TestAgent): Promise<void> {
  const busy = 'i=0; while :; do i=$((i+1)); echo "request $i served in $((i % 7 + 3)) ms"; sleep 0.2; done'
  await testAgent.joey(
    'run',
    '-d',
    '--name',
    'web',
    '-m',
    '256m',
    '--cpus',
    '1',
    '-p',
    '0:80',
    'busybox',
    '--',
    'sh',
    '-c',
    busy,
  )
  await testAgent.joey('run', '-dit', '--name', 'scratch', '-m', '128m', 'busybox', '--', 'sh')
  await testAgent.runSandbox('queue', '-m', '64m', '--network', 'none')
  await testAgent.joey('pause', 'queue')
  await testAgent.joey('run', '-d', '--name', 'migrate', 'busybox', '--', 'sh', '-c', 'exit 3')
}

async function check(mainWindow: Window, name: string): Promise<void> {
  await mainWindow.page.screenshot({ path: screenPath(name) })
  await expectAccessible(mainWindow.page, name)
}

for (const theme of ['dark', 'light'] as const) {
  test(`every screen is accessible (${theme})`, async ({ testAgent, mainWindow }) => {
    test.slow()
    await populate(testAgent)
    await mainWindow.setTheme(theme)
    const { shell, page } = mainWindow
    await expect(shell.list.state('migrate')).toContainText('Stopped')

    await test.step('list', () => check(mainWindow, `list-${theme}`))

    await test.step('dialog', async () => {
      const dialog = await shell.newSandbox()
      await check(mainWindow, `create-${theme}`)
      await dialog.cancel()
    })

    await test.step('keys', async () => {
      await page.getByRole('main').focus()
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
      await check(mainWindow, `keys-${theme}`)
      await page.keyboard.press('Escape')
    })

    await test.step('confirmation', async () => {
      await shell.list.act('Remove', 'migrate')
      await check(mainWindow, `confirm-${theme}`)
      await shell.list.cancel()
    })

    await test.step('change of class', async () => {
      await shell.list.choose('Change class…', 'web')
      const change = new ChangeClassDialog(page, 'web')
      await expect(change.root.getByRole('heading', { name: 'What happens' })).toBeVisible()
      await check(mainWindow, `change-class-${theme}`)
      await page.keyboard.press('Escape')
      await expect(change.root).toBeHidden()
    })

    await test.step('what is shared', async () => {
      const isolation = await shell.openIsolation()
      await expect(isolation.node('web', 'Sandbox')).toBeVisible()
      await check(mainWindow, `isolation-${theme}`)
      await isolation.node('web', 'Sandbox').click()
      await expect(isolation.panel('web')).toContainText('If this is taken over')
      await check(mainWindow, `isolation-node-${theme}`)
      await isolation.show('Table')
      await check(mainWindow, `isolation-table-${theme}`)
      await isolation.show('Interference')
      await check(mainWindow, `isolation-interference-${theme}`)
      await shell.go('Sandboxes')
    })

    await test.step('a sandbox', async () => {
      const sandbox = await shell.openSandbox('web')
      const terminal = await sandbox.terminal()
      await terminal.type('ls /')
      await terminal.expectLine(/\bproc\b/)
      await check(mainWindow, `terminal-${theme}`)
      await test.step('its log beside it', async () => {
        await sandbox.choose('Show log')
        const panel = page.getByRole('tabpanel', { name: 'Log · web' })
        const follow = panel.getByRole('switch', { name: 'Follow' })
        const log = panel.getByRole('log')
        await expect(follow).toBeChecked()
        await log.hover()
        await page.mouse.wheel(0, -4)
        await expect(follow).not.toBeChecked()
        const lines = await panel.getByText(/^\d+ lines$/).innerText()
        const top = await log.evaluate((box) => box.scrollTop)
        await expect(panel.getByText(lines, { exact: true })).toBeHidden()
        // A wheel that is still rolling out goes on up; a log that followed would have gone down.
        expect(await log.evaluate((box) => box.scrollTop)).toBeLessThanOrEqual(top)
        await page.getByRole('tab', { name: 'Log · web' }).focus()
        await page.keyboard.press('Shift+F10')
        await page.getByRole('menuitem', { name: 'Move to the side' }).click()
        await expect(page.getByRole('tablist', { name: 'Terminals, part 2' })).toBeVisible()
        await check(mainWindow, `dock-${theme}`)
        await page.getByRole('button', { name: 'Hide terminals and logs' }).click()
      })
      for (const tab of ['Overview', 'Isolation', 'Settings'] as const) {
        await sandbox.openTab(tab)
        await expect(sandbox.panel).toBeVisible()
        if (tab === 'Isolation') await expect(sandbox.panel).toContainText('What is around it')
        await check(mainWindow, `${tab === 'Isolation' ? 'isolation-tab' : tab.toLowerCase()}-${theme}`)
      }
    })

    for (const screen of ['Images', 'Host'] as const) {
      await test.step(screen, async () => {
        await shell.go(screen)
        await expect(page.getByText(screen === 'Images' ? 'busybox' : 'Container').first()).toBeVisible()
        await check(mainWindow, `${screen.toLowerCase()}-${theme}`)
      })
    }
  })
}

test('the picture in the README shows the app as it is', async ({ testAgent, mainWindow }) => {
  test.skip(process.env['JOEY_DOC_SCREENSHOT'] !== '1', 'Only on request, so that a test run leaves the tree clean.')
  await populate(testAgent)
  await addLife(testAgent)
  await mainWindow.setTheme('dark')
  // Half a minute of curve says more than a dot; measured inside, so that nothing here depends on a timer of the test.
  await testAgent.joey('exec', 'scratch', '--', 'sleep', '30')
  await expect(mainWindow.shell.list.state('build')).toContainText('Running')
  await mainWindow.page.screenshot({ path: join(checkout, 'docs', 'screenshot.png') })
})

/** Work whose curves are worth seeing: waves of computing, and memory that is taken and given back. */
async function addLife(testAgent: TestAgent): Promise<void> {
  const waves =
    'while :; do for n in 1 3 6 9 6 3; do i=0; while [ $i -lt ${n}0000 ]; do i=$((i+1)); done; sleep 1; done; done'
  const tides = 'while :; do for n in 8 20 34 48 30 14; do head -c ${n}m /dev/zero > /dev/shm/a; sleep 1.5; done; done'
  await testAgent.joey(
    'run',
    '-d',
    '--name',
    'build',
    '-m',
    '512m',
    '--cpus',
    '0.5',
    'busybox',
    '--',
    'sh',
    '-c',
    waves,
  )
  await testAgent.joey('run', '-d', '--name', 'cache', '-m', '64m', '-p', '0:6379', 'busybox', '--', 'sh', '-c', tides)
  await testAgent.joey('run', '-d', '--name', 'tests', 'busybox', '--', 'true')
}
