import { expect, test } from './fixtures/test.ts'

test('an agent that is killed is shown as lost, comes back, and its sandboxes have not noticed', async ({
  testAgent,
  mainWindow,
}) => {
  await testAgent.runSandbox('survivor')
  const { list, agentStatus } = mainWindow.shell
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
