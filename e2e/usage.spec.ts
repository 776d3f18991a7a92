import { expect, test } from './fixtures/test.ts'

test('the charts of a busy sandbox show what it uses', async ({ testAgent, mainWindow }) => {
  await testAgent.joey(
    'run',
    '-d',
    '--name',
    'busy',
    '--cpus',
    '0.5',
    '-m',
    '64m',
    'busybox',
    '--',
    'sh',
    '-c',
    'while :; do :; done',
  )
  const page = await mainWindow.shell.openSandbox('busy')

  await page.openTab('Overview')

  // Half a core is the limit, and a loop uses all that it gets.
  await expect(page.panel).toContainText(/(4[0-9]|5[0-9])(\.\d)? ?%|0\.[45]\d?/)
  await expect(page.panel).toContainText(/64(\.0)? M/)
  await expect(page.panel.locator('canvas').first()).toBeVisible()
})

test('the list shows usage while a sandbox runs, and none when it has stopped', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('idle', '-m', '64m')
  const row = mainWindow.shell.list.row('idle')

  await expect(row).toContainText(/\d ?[KM]i?B/)
  await testAgent.joey('stop', 'idle')

  await expect(row).not.toContainText(/\d ?[KM]i?B/)
})
