import { expectAccessible } from './fixtures/check-accessibility.ts'
import { openSlowRegistry } from './fixtures/slow-registry.ts'
import { expect, screenPath, test, type Window } from './fixtures/test.ts'

/** An import takes as long as the machine has else to do. */
const imported = { timeout: 60_000 }

async function check(mainWindow: Window, name: string): Promise<void> {
  await mainWindow.page.screenshot({ path: screenPath(name) })
  await expectAccessible(mainWindow.page, name)
}

for (const theme of ['dark', 'light'] as const) {
  test(`an image is pulled by its name, and how far it is can be seen (${theme})`, async ({
    testAgent,
    mainWindow,
  }) => {
    test.slow()
    const registry = await openSlowRegistry(testAgent)
    try {
      await mainWindow.setTheme(theme)
      const { shell, page } = mainWindow
      await shell.go('Images')
      const field = page.getByLabel('Pull from a registry')
      await field.fill('127.0.0.1:9/none')
      await page.getByRole('button', { name: 'Pull', exact: true }).click()
      await expect(page.getByText(/cannot be reached/)).toBeVisible()
      await check(mainWindow, `images-pull-failed-${theme}`)

      await field.fill(registry.image)
      await page.getByRole('button', { name: 'Pull', exact: true }).click()
      await expect(page.getByText(/of .* layers/)).toBeVisible()
      await check(mainWindow, `images-pull-${theme}`)
      registry.letGo()
      await expect(page.getByRole('row', { name: new RegExp(registry.image) })).toBeVisible(imported)
      await expect(field).toHaveValue('')
    } finally {
      await registry.close()
    }
  })

  test(`the create dialog offers to pull what is not here (${theme})`, async ({ testAgent, mainWindow }) => {
    test.slow()
    const registry = await openSlowRegistry(testAgent)
    try {
      await mainWindow.setTheme(theme)
      const { shell, page } = mainWindow
      const dialog = await shell.newSandbox()
      await dialog.fill({ image: registry.image, name: 'pulled' })
      await expect(dialog.root.getByText(/It is not here/)).toBeVisible()
      await dialog.root.getByRole('button', { name: 'Pull', exact: true }).click()
      await expect(dialog.root.getByText(/of .* layers/)).toBeVisible()
      await check(mainWindow, `create-pull-${theme}`)
      registry.letGo()
      await expect(dialog.root.getByText(/It is not here/)).toBeHidden(imported)
      await dialog.create()
      await expect(page.getByText('pulled', { exact: true }).first()).toBeVisible()
    } finally {
      await registry.close()
    }
  })
}
