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

test('a window that opens where no agent runs starts one', async ({ desk, mainWindow }) => {
  await mainWindow.close()
  await desk.joey('agent', 'stop')

  await mainWindow.open()

  await expect(mainWindow.shell.agentStatus).toHaveText(/Agent connected/)
  expect((await desk.agent()).home).toBe(desk.home)
})

test('closing the window leaves the agent running', async ({ desk, mainWindow }) => {
  await expect(mainWindow.shell.agentStatus).toHaveText(/Agent connected/)
  const before = await desk.agent()

  await mainWindow.close()

  expect((await desk.agent()).pid).toBe(before.pid)
})
