import { expectAccessible } from './fixtures/check-accessibility.ts'
import { expect, screenPath, test } from './fixtures/test.ts'

for (const theme of ['dark', 'light'] as const) {
  test(`volumes are made, used by name, and removed after a question (${theme})`, async ({ testAgent, mainWindow }) => {
    test.slow()
    const { shell, page, app } = mainWindow
    await mainWindow.setTheme(theme)
    await shell.go('Volumes')
    await expect(page.getByText('No volumes yet')).toBeVisible()
    await expectAccessible(page, `volumes-empty-${theme}`)
    await page.getByLabel('New volume').fill('data')
    await page.getByRole('button', { name: 'Create volume' }).click()
    const row = page.getByRole('row').filter({ hasText: 'data' })
    await expect(row).toContainText('nothing')

    await test.step('a new sandbox takes it by its name', async () => {
      const dialog = await shell.newSandbox()
      await dialog.fill({ image: 'busybox', name: 'user', command: 'sleep 1000' })
      await dialog.root.getByText('Ports, mounts, environment, grants').click()
      await dialog.root.getByRole('button', { name: 'Add mount' }).click()
      await dialog.root.getByLabel('Path on this machine, or a volume').fill('data')
      await dialog.root.getByLabel('Path in the sandbox').fill('/data')
      await expectAccessible(page, `volumes-create-${theme}`)
      await dialog.create()
      await expect(dialog.root).toBeHidden()
      await testAgent.joey('exec', 'user', '--', 'sh', '-c', 'head -c 3000000 /dev/zero >/data/file')
    })

    // Sizes are measured when the page is opened.
    await shell.go('Images')
    await shell.go('Volumes')
    await expect(row).toContainText('user')
    await expect(row).toContainText('2.87 MiB')
    for (const width of [720, 1200]) {
      await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setSize(size, 640), width)
      await page.waitForFunction((size) => Math.abs(window.innerWidth - size) < 40, width)
      await page.screenshot({ path: screenPath(`volumes-${theme}-${width}`) })
      await expectAccessible(page, `volumes-${theme}-${width}`)
    }
    await testAgent.joey('rm', '-f', 'user')
    await expect(row).toContainText('nothing')
    await row.getByRole('button', { name: 'Remove data' }).click()
    const question = page.getByRole('alertdialog')
    await expect(question).toContainText('Everything in it (2.87 MiB) is lost for good.')
    await page.screenshot({ path: screenPath(`volumes-question-${theme}`) })
    await expectAccessible(page, `volumes-question-${theme}`)
    await question.getByRole('button', { name: 'Remove' }).click()
    await expect(page.getByText('No volumes yet')).toBeVisible()
  })
}
