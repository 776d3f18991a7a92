import { expectAccessible } from './fixtures/check-accessibility.ts'
import { expect, screenPath, test } from './fixtures/test.ts'

for (const theme of ['dark', 'light'] as const) {
  test(`a first window shows that there is nothing yet and what to do (${theme})`, async ({ mainWindow }) => {
    await mainWindow.setTheme(theme)

    await expect(mainWindow.shell.list.empty).toBeVisible()
    await expect(mainWindow.page.getByRole('button', { name: 'Create a sandbox' })).toBeVisible()
    await expect(mainWindow.shell.agentStatus).toHaveText(/Agent connected/)

    await mainWindow.page.screenshot({ path: screenPath(`empty-${theme}`) })
    await expectAccessible(mainWindow.page, 'the empty list')
  })
}

test('a window that opens where no agent runs starts one', async ({ testAgent, mainWindow }) => {
  await mainWindow.close()
  await testAgent.joey('agent', 'stop')

  await mainWindow.open()

  await expect(mainWindow.shell.agentStatus).toHaveText(/Agent connected/)
  expect((await testAgent.info()).home).toBe(testAgent.home)
})

test('closing the window leaves the agent running', async ({ testAgent, mainWindow }) => {
  await expect(mainWindow.shell.agentStatus).toHaveText(/Agent connected/)
  const before = await testAgent.info()

  await mainWindow.close()

  expect((await testAgent.info()).pid).toBe(before.pid)
})
