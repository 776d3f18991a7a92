import { expect, test } from './fixtures/test.ts'
import { Dock } from './pages/dock.ts'
import { TerminalView } from './pages/terminal-view.ts'

test('terminals and logs of two sandboxes stand side by side, are named, moved and found again in the next window', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.joey('run', '-dit', '--name', 'one', 'busybox', '--', 'sh')
  await testAgent.runSandbox('two')
  const { page, shell } = mainWindow
  const dock = new Dock(page)
  const terminal = new TerminalView(page)

  await test.step('each sandbox opens its own beside the other’s, from the list', async () => {
    await shell.list.row('one').getByRole('button', { name: 'Open terminal of one' }).click()
    await dock.expectIn('main · one')
    await terminal.typeUnfocused('echo "in one: $((20 + 1))"')
    await terminal.expectLine('in one: 21')
    await shell.list.row('two').getByRole('button', { name: 'Open terminal of two' }).click()
    await dock.expectIn('sh · two')
    await terminal.typeUnfocused('hostname')
    await terminal.expectLine('two')
    await shell.list.choose('Show log', 'two')
    await expect(dock.tabs).toHaveText([/^main/, /^sh/, /^Log/])
  })

  await test.step('a tab goes to the side without losing anything, and the keys lead between the parts', async () => {
    await dock.choose('Move to the side', dock.tab('sh · two'))
    await expect(dock.part(2).getByRole('tab')).toHaveText([/^sh/])
    await dock.expectIn('sh · two')
    await terminal.typeUnfocused('echo "at the side: $((30 + 1))"')
    const side = dock.panel('sh · two')
    await expect(side.locator('.xterm-rows')).toContainText('at the side: 31')
    await dock.tab('main · one').click()
    await dock.expectIn('main · one')
    await terminal.typeUnfocused('kept=41')
    await page.keyboard.press('Control+Shift+ArrowRight')
    await dock.expectIn('sh · two')
    await terminal.typeUnfocused('echo "again: $((30 + 2))"')
    await expect(side.locator('.xterm-rows')).toContainText('again: 32')
    await page.keyboard.press('Control+Shift+ArrowLeft')
    await dock.expectIn('main · one')
    await terminal.typeUnfocused('echo "back in one: $kept"')
    await expect(dock.panel('main · one').locator('.xterm-rows')).toContainText('back in one: 41')
  })

  await test.step('what is typed goes to all in sight while that is wished', async () => {
    await dock.button('Type into all terminals in sight').click()
    await expect(dock.root.getByText('Typing into 2 terminals')).toBeVisible()
    await dock.tab('main · one').click()
    await dock.expectIn('main · one')
    await terminal.typeUnfocused('echo "for all: $((60 + 1))"')
    for (const name of ['main · one', 'sh · two'])
      await expect(dock.panel(name).locator('.xterm-rows')).toContainText('for all: 61')
    await dock.button('Type into all terminals in sight').click()
    await dock.tab('main · one').click()
    await dock.expectIn('main · one')
  })

  await test.step('tabs are moved by keys and by the mouse', async () => {
    await page.keyboard.press('Control+Shift+PageDown')
    await expect(dock.part(1).getByRole('tab')).toHaveText([/^Log/, /^main/])
    await dock.tab('Log · two').dragTo(dock.tab('sh · two'))
    await expect(dock.part(1).getByRole('tab')).toHaveText([/^main/])
    await expect(dock.part(2).getByRole('tab')).toHaveCount(2)
  })

  await test.step('a tab has the name that it is given', async () => {
    await dock.tab('main · one').focus()
    await page.keyboard.press('F2')
    await page.getByRole('dialog', { name: 'Rename “main”' }).getByLabel('Name').fill('server')
    await page.keyboard.press('Enter')
    await expect(dock.tab('server · one')).toBeVisible()
  })

  await test.step('what happens out of sight is marked until somebody looks', async () => {
    await dock.tab('sh · two').click()
    await dock.expectIn('sh · two')
    await terminal.typeUnfocused(`sleep 2; printf '\\a'`)
    await dock.tab('Log · two').click()
    await expect(dock.tab(/^sh · two.*bell$/)).toBeVisible()
    await dock.tab(/^sh · two/).click()
    await expect(dock.tab(/^sh · two.*bell$/)).toBeHidden()
  })

  await test.step('a program names its terminal, and cannot deceive by it', async () => {
    await dock.expectIn('sh · two')
    await terminal.typeUnfocused(`printf '\\033]0;vi \\342\\200\\256notes\\007'`)
    await expect(dock.tab('vi notes · two')).toBeVisible()
  })

  await test.step('it has the whole window, none of it, and is entered by a key from a page', async () => {
    await page.keyboard.press('Control+Shift+M')
    await expect(page.getByRole('main')).toBeHidden()
    await shell.go('Images')
    await expect(page.getByRole('main')).toBeVisible()
    await dock.button('Hide terminals and logs').click()
    await expect(dock.tabs.first()).toBeHidden()
    await page.keyboard.press('Control+Backquote')
    await dock.expectIn('vi notes · two')
    await terminal.typeUnfocused('echo "entered: $((50 + 1))"')
    await expect(dock.panel('vi notes · two').locator('.xterm-rows')).toContainText('entered: 51')
  })

  await test.step('the next window has the same, and takes the focus from nobody', async () => {
    await mainWindow.close()
    await mainWindow.open()
    const after = new Dock(mainWindow.page)
    await expect(after.part(1).getByRole('tab')).toHaveText([/^server/])
    await expect(after.part(2).getByRole('tab')).toHaveCount(2)
    await expect(after.panel('server · one').locator('.xterm-rows')).toContainText('back in one: 41')
    await mainWindow.page.keyboard.press('n')
    await expect(mainWindow.page.getByRole('dialog', { name: 'New sandbox' })).toBeVisible()
    await mainWindow.page.keyboard.press('Escape')
  })

  await test.step('a sandbox that is removed takes its tabs along', async () => {
    await testAgent.joey('rm', '-f', 'two')
    await expect(new Dock(mainWindow.page).tabs).toHaveText([/^server/])
  })
})

test('a terminal is opened with a command, a user and a folder of one’s own', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('chosen')
  const { page } = mainWindow
  await page.getByRole('button', { name: 'Terminals and logs' }).click()
  await page.getByRole('button', { name: 'New terminal with…' }).click()
  const dialog = page.getByRole('dialog', { name: 'New terminal' })
  await dialog.getByLabel('Command').fill("sh -c 'id -un; pwd; exec sh'")
  await dialog.getByLabel('User').fill('nobody')
  await dialog.getByLabel('Folder').fill('/tmp')
  await dialog.getByRole('button', { name: 'Open terminal' }).click()
  const terminal = new TerminalView(page)
  await terminal.expectLine('nobody')
  await terminal.expectLine('/tmp')
  await test.step('what is searched is counted', async () => {
    await terminal.type('for word in kangaroo kangaroo; do echo $word; done')
    await page.keyboard.press('Control+Shift+F')
    await page.getByRole('textbox', { name: 'Find in the terminal' }).fill('kangaroo')
    await expect(page.getByText(/^\d of 4$/)).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('an address that the guest writes is opened after a question that shows it', async () => {
    await mainWindow.app.evaluate(({ shell }) => {
      Object.assign(globalThis, { opened: [] })
      shell.openExternal = async (address) => void (globalThis as unknown as { opened: string[] }).opened.push(address)
    })
    const opened = () => mainWindow.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
    await terminal.type('clear; echo http://joey.example/a')
    await terminal.expectLine('http://joey.example/a')
    const line = terminal.screen.locator('> div').filter({ hasText: /^http:/ })
    const { x, y } = (await line.boundingBox()) ?? { x: 0, y: 0 }
    await page.mouse.move(x + 30, y + 5)
    await page.mouse.move(x + 40, y + 6)
    await page.keyboard.down('Control')
    await page.mouse.click(x + 40, y + 6)
    await page.keyboard.up('Control')
    const question = page.getByRole('alertdialog')
    await expect(question).toContainText('http://joey.example/a')
    expect(await opened()).toEqual([])
    await question.getByRole('button', { name: 'Open', exact: true }).click()
    await expect.poll(opened).toEqual(['http://joey.example/a'])
  })

  await test.step('a right-click offers what can be done with the text', async () => {
    await terminal.screen.click({ button: 'right', force: true })
    await page.getByRole('menuitem', { name: 'Clear' }).click()
    await expect(terminal.screen).not.toContainText('joey.example')
  })
})
