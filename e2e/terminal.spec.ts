import { PersonAtATerminal } from './fixtures/person-at-a-terminal.ts'
import { expect, test } from './fixtures/test.ts'

test('what is typed into a terminal runs in the sandbox', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('shell')
  const terminal = await (await mainWindow.shell.openSandbox('shell')).terminal()

  await terminal.type('echo "sum: $((20 + 22))"')
  await terminal.expectLine('sum: 42')

  await terminal.type('hostname')
  await terminal.expectLine('shell')
})

test('terminals are chosen, closed and left by mouse and keys, and what is typed reaches nothing else', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.joey('run', '-dit', '--name', 'many', 'busybox', '--', 'sh')
  const { shell, page } = mainWindow
  const sandbox = await shell.openSandbox('many')
  const terminal = await sandbox.terminal()
  const create = page.getByRole('dialog', { name: 'New sandbox' })
  const question = page.getByRole('alertdialog')
  await page.getByRole('button', { name: 'New terminal', exact: true }).click()
  await expect(terminal.tab('sh')).toHaveAttribute('aria-selected', 'true')

  await test.step('a press on a tab leads into its terminal', async () => {
    for (const [name, line] of [
      ['main', 'n=$((40 + 1)); echo "in main: $n"'],
      ['sh', 'n=$((41 + 1)); echo "in sh: $n"'],
      ['sh', 'echo "again: $n"'],
    ] as const) {
      await terminal.tab(name).click()
      await terminal.typeUnfocused(line)
    }
    await terminal.expectLine('in sh: 42')
    await terminal.expectLine('again: 42')
    await expect(create).toBeHidden()
  })

  await test.step('keys go to the next one, and out and back', async () => {
    await page.keyboard.press('Control+Tab')
    await terminal.typeUnfocused('echo "main again: $n"')
    await terminal.expectLine('main again: 41')
    await page.keyboard.press('Control+Shift+Tab')
    await page.keyboard.press('Control+Shift+ArrowUp')
    await expect(terminal.tab('sh')).toBeFocused()
    await page.keyboard.press('n')
    await expect(create).toBeHidden()
    await page.keyboard.press('Enter')
    await terminal.typeUnfocused('echo "back: $n"')
    await terminal.expectLine('back: 42')
  })

  await test.step('all pages leave it as it is: the same element, with the same content', async () => {
    await terminal.screen.evaluate((rows) => rows.setAttribute('data-same', 'yes'))
    await sandbox.openTab('Files')
    await shell.go('Images')
    await shell.go('Sandboxes')
    await expect(terminal.tab('sh')).toHaveAttribute('aria-selected', 'true')
    await expect(terminal.screen).toHaveAttribute('data-same', 'yes')
    await terminal.expectLine('back: 42')
    await shell.openSandbox('many')
    await page.getByRole('button', { name: 'Open terminal of many' }).click()
    await terminal.typeUnfocused('echo "in it again: $n"')
    await terminal.expectLine('in it again: 42')
  })

  await test.step('a waiting shell closes without a question, a working one after a question that names it', async () => {
    await page.keyboard.press('Control+Shift+T')
    await expect(terminal.tab('sh (2)')).toHaveAttribute('aria-selected', 'true')
    await terminal.type('sleep 1000 & echo "be"gun')
    await terminal.expectLine('begun')
    await terminal.tab('sh').getByTitle('Close sh · many').click()
    await expect(terminal.tab('sh (2)')).toBeHidden()
    await expect(question).toBeHidden()
    await terminal.typeUnfocused('echo "still: $((1 + 1))"')
    await terminal.expectLine('still: 2')

    await page.keyboard.press('Control+Shift+W')
    await expect(question).toContainText('Close the terminal “sh” of many?')
    await question.getByRole('button', { name: 'Cancel' }).click()
    await terminal.typeUnfocused('echo "kept: $((2 + 2))"')
    await terminal.expectLine('kept: 4')
    await page.keyboard.press('Control+Shift+ArrowUp')
    await page.keyboard.press('Delete')
    await question.getByRole('button', { name: 'Close terminal' }).click()
    await expect(terminal.tab('sh')).toBeHidden()
    await terminal.typeUnfocused('echo "in the main: $((3 + 3))"')
    await terminal.expectLine('in the main: 6')
  })
})

test('the size inside follows the size of the window', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('sizes')
  const terminal = await (await mainWindow.shell.openSandbox('sizes')).terminal()
  await terminal.type('echo "size: $(stty size)"')
  const rowsBefore = await terminal.rowCount()
  await terminal.expectLine(new RegExp(`^size: ${rowsBefore} \\d+$`))

  await mainWindow.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(900, 560))
  await expect.poll(() => terminal.rowCount()).toBeLessThan(rowsBefore)

  await terminal.type('echo "now: $(stty size)"')
  await terminal.expectLine(new RegExp(`^now: ${await terminal.rowCount()} \\d+$`))
})

test('two viewers of a terminal see the same', async ({ testAgent, mainWindow }) => {
  await testAgent.joey('run', '-dit', '--name', 'shared', 'busybox', '--', 'sh')
  const person = new PersonAtATerminal(testAgent, ['attach', 'shared'])
  try {
    const terminal = await (await mainWindow.shell.openSandbox('shared')).terminal()

    person.type('echo "from the shell: $((1 + 1))"\r')
    await terminal.expectLine('from the shell: 2')

    await terminal.type('echo "from the window: $((2 + 2))"')
    await person.expectToSee('from the window: 4')
  } finally {
    person.leave()
  }
})

test('a terminal outlives the window, with its content', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('lasting')
  const before = await (await mainWindow.shell.openSandbox('lasting')).terminal()
  await before.type('kept="still $((40 + 2))"; echo "set: $kept"')
  await before.expectLine('set: still 42')

  await mainWindow.close()
  await mainWindow.open()
  const after = await (await mainWindow.shell.openSandbox('lasting')).terminal()

  await after.expectLine('set: still 42')
  await after.type('echo "same shell: $kept"')
  await after.expectLine('same shell: still 42')
})

test('a flood ends with Ctrl-C, and the terminal is usable at once', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('flood')
  const terminal = await (await mainWindow.shell.openSandbox('flood')).terminal()
  await terminal.type('yes "a long line to fill the terminal with"')
  await terminal.expectLine('a long line to fill the terminal with')

  await terminal.press('Control+c')
  await terminal.type('echo "over: $((1 + 1))"')

  await terminal.expectLine('over: 2')
})
