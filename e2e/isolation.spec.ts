import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type Window } from './fixtures/test.ts'

/** The system's own dialog cannot be pressed: it answers with this path. */
async function answerSaveDialog({ app }: Window, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (async () => ({ canceled: false, filePath })) as typeof dialog.showSaveDialog
  }, path)
}

test('the picture follows what is shared, within two seconds', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('one')
  const isolation = await mainWindow.shell.openIsolation()
  await expect(isolation.node('one', 'Sandbox')).toBeVisible()

  await testAgent.runSandbox('two')
  await expect(isolation.node('two', 'Sandbox')).toBeVisible({ timeout: 2000 })

  await testAgent.joey('rm', '-f', 'two')
  await expect(isolation.node('two', 'Sandbox')).toBeHidden({ timeout: 2000 })
})

test('what a sandbox reaches is listed with its path, and the table says the same', async ({
  testAgent,
  mainWindow,
}) => {
  await testAgent.runSandbox('web', '--network', 'lan')
  await testAgent.runSandbox('data', '--network', 'lan')
  const isolation = await mainWindow.shell.openIsolation()

  await isolation.node('web', 'Sandbox').click()
  const panel = isolation.panel('web')
  await expect(panel).toContainText(/If this is taken over, \d+ things? can be reached/)
  await expect(panel.getByRole('button', { name: /^data/ })).toContainText(/Path: web → .*data/)

  await isolation.show('Table')
  await expect(isolation.table.getByRole('row').filter({ hasText: 'web' }).first()).toBeVisible()
})

test('the whole picture is walked and opened by keyboard', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('keys')
  const isolation = await mainWindow.shell.openIsolation()
  await isolation.node('keys', 'Sandbox').focus()
  await mainWindow.page.keyboard.press('ArrowRight')
  await expect(isolation.node('keys', 'Sandbox')).not.toBeFocused()
  await mainWindow.page.keyboard.press('ArrowLeft')
  await isolation.node('keys', 'Sandbox').focus()
  await mainWindow.page.keyboard.press('Enter')
  await expect(isolation.panel('keys')).toBeVisible()
  await mainWindow.page.keyboard.press('Escape')
  await expect(isolation.panel('keys')).toBeHidden()
})

test('a grant is taken back where the picture shows what it opens', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('granted', '--grant', 'cap:SYS_ADMIN')
  const isolation = await mainWindow.shell.openIsolation()
  await isolation.node('granted', 'Sandbox').click()

  const cut = isolation.panel('granted').getByRole('region', { name: 'The one change that helps most' })
  await expect(cut.getByRole('button')).toBeVisible()
  await expect(cut.getByRole('button')).toHaveText(/^(Plan the change to|Take back cap:SYS_ADMIN)/)
})

test('the self-test runs from the window, and its badge stands in the header', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('tested')
  const sandbox = await mainWindow.shell.openSandbox('tested')
  await sandbox.openTab('Isolation')
  await expect(sandbox.selfTest).toContainText('It was never checked.')

  await sandbox.selfTest.getByRole('button', { name: 'Run the self-test' }).click()

  await expect(sandbox.testBadge).toBeVisible({ timeout: 60_000 })
  await expect(sandbox.testBadge).toHaveText(/^checked \d+s ago, (\d+) of \1$/)
  await expect(sandbox.selfTest.getByRole('button', { name: 'Run it again' })).toBeVisible()
})

for (const [format, start] of [
  ['SVG', '<svg'],
  ['PNG', '\u0089PNG'],
] as const) {
  test(`the picture is saved as ${format}`, async ({ testAgent, mainWindow }) => {
    const path = join(testAgent.windowHome, `picture.${format.toLowerCase()}`)
    await answerSaveDialog(mainWindow, path)
    await testAgent.runSandbox('drawn')
    const isolation = await mainWindow.shell.openIsolation()
    await expect(isolation.node('drawn', 'Sandbox')).toBeVisible()

    await isolation.export(format)

    await expect(mainWindow.page.getByText(`Saved as ${path}`)).toBeVisible()
    expect(readFileSync(path, 'latin1').slice(0, 4)).toBe(start)
  })
}
