import { expectAccessible } from './fixtures/check-accessibility.ts'
import { expect, screenPath, test } from './fixtures/test.ts'
import { EditDialog } from './pages/edit-dialog.ts'

for (const theme of ['dark', 'light'] as const) {
  test(`a sandbox is edited by a plan, while it runs and by a restart (${theme})`, async ({
    testAgent,
    mainWindow,
  }) => {
    await testAgent.runSandbox('web', '-p', '0:80', '-e', 'A=1', '--stop-timeout', '0')
    await mainWindow.setTheme(theme)
    const { shell, page } = mainWindow
    const inspect = async () => JSON.parse(await testAgent.joey('inspect', 'web'))[0]
    const before = await inspect()
    const sandbox = await shell.openSandbox('web')
    await sandbox.openTab('Settings')
    const dialog = new EditDialog(page, 'web')
    const open = () => sandbox.panel.getByRole('button', { name: 'Edit…' }).click()

    await test.step('what holds at once is there without an end', async () => {
      await open()
      await dialog.field('Memory').fill('64 MiB')
      await dialog.press('Add port')
      await dialog.field('Port in the sandbox').last().fill('443')
      await dialog.press('Add label')
      await dialog.field('Label').fill('team')
      await page.screenshot({ path: screenPath(`edit-${theme}`) })
      await expectAccessible(page, 'edit')
      await dialog.press('Show the plan')
      await expect(dialog.planned('Ports')).toContainText('at once')
      await dialog.press('Change')
      await expect(dialog.root).toBeHidden()
      const { spec, ports, startedAt } = await inspect()
      expect(startedAt).toBe(before.startedAt)
      expect(spec.limits.memoryBytes).toBe(64 * 1024 * 1024)
      expect(spec.labels).toEqual({ team: '' })
      expect(ports.map(({ guestPort }: { guestPort: number }) => guestPort)).toEqual([80, 443])
      expect(ports[0]).toEqual(before.ports[0])
    })

    await test.step('what needs a start waits, or is had at once', async () => {
      await open()
      await dialog.root.getByText('Variables, with their values').click()
      await dialog.field('Value').last().fill('2')
      await dialog.press('Show the plan')
      await expect(dialog.planned('Environment')).toContainText('with its next start')
      await dialog.press('Change')
      await expect(sandbox.panel).toContainText('This waits for the next start: Environment')
      expect((await inspect()).spec.env).toEqual({ A: '1' })

      await open()
      await dialog.root.getByText('Variables, with their values').click()
      await dialog.field('Value').last().fill('3')
      await dialog.press('Show the plan')
      await dialog.root.getByRole('checkbox').click()
      await expect(dialog.planned('Environment')).toContainText('now, started again')
      await expect(dialog.root).toContainText('What is lost')
      await page.screenshot({ path: screenPath(`edit-plan-${theme}`) })
      await expectAccessible(page, 'edit plan')
      await dialog.press('Change and restart')
      await expect(dialog.root).toBeHidden()
      const after = await inspect()
      expect(after).toMatchObject({ state: 'running', spec: { env: { A: '3' } }, pending: null })
      expect(after.startedAt).not.toBe(before.startedAt)
    })
  })
}
