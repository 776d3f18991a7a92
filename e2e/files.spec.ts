import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectAccessible } from './fixtures/check-accessibility.ts'
import { expect, screenPath, test, type Window } from './fixtures/test.ts'

/** The system's own dialogs cannot be pressed: they answer with these paths. */
async function answerDialogs(
  { app }: Window,
  answers: { readonly open?: string; readonly save?: string },
): Promise<void> {
  await app.evaluate(({ dialog }, { open, save }) => {
    if (open !== undefined)
      dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [open] })) as typeof dialog.showOpenDialog
    if (save !== undefined)
      dialog.showSaveDialog = (async () => ({ canceled: false, filePath: save })) as typeof dialog.showSaveDialog
  }, answers)
}

async function check(window: Window, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await window.setTheme(theme)
    await window.page.screenshot({ path: screenPath(`${name}-${theme}`) })
    await expectAccessible(window.page, `${name}-${theme}`)
  }
}

test('files are previewed, edited, made, copied in, searched and deleted', async ({ testAgent, mainWindow }) => {
  test.slow()
  await testAgent.runSandbox('web')
  await testAgent.joey('exec', 'web', '--', 'sh', '-c', 'mkdir /srv; printf "#!/bin/sh\\necho old\\n" > /srv/run.sh')
  const { shell, page } = mainWindow
  const sandbox = await shell.openSandbox('web')
  await sandbox.openTab('Files')
  const list = page.getByRole('listbox')
  const entry = (name: string | RegExp) => list.getByRole('option', { name })

  await entry(/srv/).dblclick()
  await entry(/run\.sh/).dblclick()
  const preview = page.getByRole('region', { name: 'Content of run.sh' })
  await expect(preview).toContainText('echo old')
  await check(mainWindow, 'files')

  const editor = preview.getByRole('textbox', { name: 'Text of run.sh' })
  await test.step('keys indent, save and leave', async () => {
    await preview.getByRole('button', { name: 'Edit' }).click()
    await editor.fill('if true; then\n')
    await editor.press('Tab')
    await page.keyboard.type('echo edited; fi\n')
    await editor.press('Control+s')
    const saved = 'if true; then\n\techo edited; fi\n'
    await expect.poll(() => testAgent.joey('exec', 'web', '--', 'cat', '/srv/run.sh')).toBe(saved)
    await preview.getByRole('button', { name: 'Edit' }).click()
    await editor.press('Escape')
    await page.keyboard.press('Tab')
    await expect(editor).not.toBeFocused()
  })

  await test.step('an unsaved edit waits while other things are shown and the sandbox stops', async () => {
    await editor.fill('echo kept\n')
    await check(mainWindow, 'files-editor')
    await sandbox.openTab('Overview')
    await testAgent.joey('stop', '-t', '0', 'web')
    await sandbox.openTab('Files')
    await page.getByRole('region', { name: 'Unsaved edits' }).getByRole('button', { name: '/srv/run.sh' }).click()
    await expect(editor).toHaveValue('echo kept\n')
    await testAgent.joey('start', 'web')
    await expect(editor).toHaveValue('echo kept\n')
  })

  await test.step('the window asks before it closes over an unsaved edit', async () => {
    await editor.focus()
    const stays = await mainWindow.app.evaluate(async ({ BrowserWindow, dialog }) => {
      const question = new Promise<string>((resolve) => {
        dialog.showMessageBoxSync = ((_window: unknown, { message }: { message: string }) => {
          resolve(message)
          return 0
        }) as typeof dialog.showMessageBoxSync
      })
      BrowserWindow.getAllWindows()[0]?.close()
      return question
    })
    expect(stays).toBe('A file has unsaved edits.')
    await expect(editor).toHaveValue('echo kept\n')
    await preview.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click()
    await expect(editor).toBeHidden()
    await expect(preview).toContainText('echo edited')
  })

  await test.step('a new file is opened', async () => {
    await page.getByRole('button', { name: 'New file' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('fresh')
    await page.getByRole('button', { name: 'Create' }).click()
    await expect(page.getByRole('region', { name: 'Content of fresh' })).toBeVisible()
  })

  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('made')
  await page.getByRole('button', { name: 'Create' }).click()
  await expect(entry(/made/)).toBeVisible()

  const own = mkdtempSync(join(tmpdir(), 'je-own-'))
  try {
    writeFileSync(join(own, 'sent.txt'), 'needle\n')
    await answerDialogs(mainWindow, { open: join(own, 'sent.txt') })
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('menuitem', { name: 'Files…' }).click()
    await expect(entry(/sent\.txt/)).toBeVisible()

    await page.getByRole('radio', { name: 'Search' }).click()
    await page.getByRole('textbox', { name: 'Content' }).fill('needle')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.getByRole('list', { name: 'Found files' }).getByRole('button', { name: '/srv/sent.txt' }).click()
    await expect(page.getByRole('region', { name: 'Content of sent.txt' })).toContainText('needle')
    await page.getByRole('radio', { name: 'Sizes' }).click()
    await expect(page.getByRole('list', { name: /^Sizes in/ })).toContainText('sent.txt')
    await page.getByRole('radio', { name: 'Folder' }).click()

    await answerDialogs(mainWindow, { open: own })
    rmSync(join(own, 'sent.txt'))
    await entry(/sent\.txt/).click()
    await page.getByRole('button', { name: 'Download…' }).click()
    await expect.poll(() => existsSync(join(own, 'sent.txt'))).toBe(true)
    expect(readFileSync(join(own, 'sent.txt'), 'utf8')).toBe('needle\n')
  } finally {
    rmSync(own, { recursive: true, force: true })
  }

  await entry(/sent\.txt/).click()
  await page.getByRole('button', { name: 'Delete…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await expect(entry(/sent\.txt/)).toBeHidden()
})

test('an export shows what would leave, and an import what it wants', async ({ testAgent, mainWindow }) => {
  test.slow()
  await testAgent.runSandbox('whole', '-m', '64m')
  const body = randomBytes(300).toString('base64').replace(/.{70}/g, '$&\\n')
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\\n${body}\\n-----END OPENSSH PRIVATE KEY-----\\n`
  await testAgent.joey('exec', 'whole', '--', 'sh', '-c', `echo kept > /kept; printf '${key}' > /id_rsa`)
  await testAgent.joey('stop', '-t', '0', 'whole')
  const own = mkdtempSync(join(tmpdir(), 'je-own-'))
  const file = join(own, 'whole.joey')
  const { shell, page } = mainWindow
  try {
    await shell.list.choose('Export…', 'whole')
    const dialog = page.getByRole('dialog', { name: 'Export whole' })
    await dialog.getByRole('radio', { name: 'Joey bundle' }).click()
    const findings = dialog.getByRole('region', { name: 'What would leave' })
    await expect(findings).toContainText('/id_rsa')
    const button = dialog.getByRole('button', { name: 'Export…' })
    await expect(button).toBeDisabled()
    await check(mainWindow, 'export')
    for (const box of await findings.getByRole('checkbox', { name: /^Leave out/ }).all()) await box.click()
    await answerDialogs(mainWindow, { open: file, save: file })
    await button.click()
    await expect(dialog).toBeHidden({ timeout: 60_000 })

    await page.getByRole('button', { name: 'Import bundle…' }).click()
    const sheet = page.getByRole('dialog', { name: 'Import whole.joey' })
    await expect(sheet).toContainText('It was signed on this machine')
    await check(mainWindow, 'import')
    for (const box of await sheet.getByRole('checkbox', { name: /^Agree/, checked: false }).all()) await box.click()
    await sheet.getByRole('textbox', { name: 'Name of the sandbox' }).fill('again')
    await sheet.getByRole('button', { name: 'Import', exact: true }).click()
    await expect(sheet).toBeHidden({ timeout: 60_000 })
    await expect(page.getByRole('heading', { name: 'again' })).toBeVisible()
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
  await testAgent.joey('start', 'again')
  expect(await testAgent.joey('exec', 'again', '--', 'sh', '-c', 'cat /kept; ls /id_rsa 2>&1 || true')).toMatch(
    /^kept\n.*No such file/,
  )
})
