import { expect, test } from './fixtures/test.ts'

test('an agent that is killed is shown as lost, comes back, and its sandboxes have not noticed', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.runSandbox('survivor')
  const { shell, page } = mainWindow
  const { list, agentStatus } = shell
  await expect(list.state('survivor')).toContainText('Running')
  const [before] = JSON.parse(await testAgent.joey('inspect', 'survivor'))

  const killed = await testAgent.killAgent()

  await test.step('what was known stays in sight, marked as old', async () => {
    await expect(agentStatus).toHaveText(/Agent lost/)
    await expect(list.row('survivor')).toBeVisible()
    await expect(list.table).toHaveAttribute('aria-busy', 'true')
  })

  await test.step('the window starts it again', async () => {
    await expect(agentStatus).toHaveText(/Agent connected/)
    await expect(list.table).toHaveAttribute('aria-busy', 'false')
    expect((await testAgent.info()).pid).not.toBe(killed)
  })

  await test.step('the sandbox is the same, and can be used', async () => {
    await expect(list.state('survivor')).toContainText('Running')
    const [after] = JSON.parse(await testAgent.joey('inspect', 'survivor'))
    expect({ pid: after.pid, startedAt: after.startedAt }).toEqual({ pid: before.pid, startedAt: before.startedAt })
  })

  await test.step('a shell beside the main process has ended with the agent, says so, and begins again', async () => {
    const terminal = await (await shell.openSandbox('survivor')).terminal()
    await terminal.type('echo "before: $((1 + 1))"')
    await terminal.expectLine('before: 2')
    await testAgent.killAgent()
    await expect(agentStatus).toHaveText(/Agent lost/)
    await expect(agentStatus).toHaveText(/Agent connected/)
    await expect(page.getByText('This terminal ended with the agent.')).toBeVisible()
    await terminal.expectLine('before: 2')
    await page.getByRole('button', { name: 'Start again' }).click()
    await expect(page.getByText('This terminal ended with the agent.')).toBeHidden()
    await terminal.type('echo "after: $((2 + 2))"')
    await terminal.expectLine('after: 4')
    await shell.go('Sandboxes')
  })

  await test.step('it stops', async () => {
    await list.act('Stop', 'survivor')
    await expect(list.state('survivor')).toContainText('Stopped')
  })
})

test('an agent that was stopped on purpose stays stopped until the person starts it', async ({
  testAgent,
  mainWindow,
}) => {
  const { agentStatus } = mainWindow.shell
  await expect(agentStatus).toHaveText(/Agent connected/)
  const before = await testAgent.info()

  await testAgent.joey('agent', 'stop')
  await expect(agentStatus).toHaveText(/Agent lost/)
  await mainWindow.page.getByRole('button', { name: 'Start the agent' }).first().click()

  await expect(agentStatus).toHaveText(/Agent connected/)
  expect((await testAgent.info()).pid).not.toBe(before.pid)
})
