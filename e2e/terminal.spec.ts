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
