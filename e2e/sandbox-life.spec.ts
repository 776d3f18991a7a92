import { expect, test } from './fixtures/test.ts'

test('a sandbox is made in the dialog, paused, resumed, stopped, started and removed', async ({
  testAgent,
  mainWindow,
}) => {
  const { shell } = mainWindow
  const { list } = shell
  const dialog = await shell.newSandbox()
  await dialog.fill({
    ...{ image: 'busybox', name: 'box-one', memory: '64 MB', cpus: '0.5', processes: '50' },
    command: 'sleep 100000',
  })
  await dialog.create()
  await expect(dialog.root).toBeHidden()

  await test.step('it runs with its limits', async () => {
    if (!(await list.table.isVisible())) await shell.go('Sandboxes')
    await expect(list.state('box-one')).toContainText('Running')
    const { spec } = JSON.parse(await testAgent.joey('inspect', 'box-one'))[0]
    expect(spec.limits).toEqual({ memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 50, diskBytes: null })
    expect(spec.command).toEqual(['sleep', '100000'])
  })

  await test.step('every action leads to its state', async () => {
    await list.act('Pause', 'box-one')
    await expect(list.state('box-one')).toContainText('Paused')
    await list.act('Resume', 'box-one')
    await expect(list.state('box-one')).toContainText('Running')
    await list.act('Stop', 'box-one')
    await expect(list.state('box-one')).toContainText('Stopped')
    await list.act('Start', 'box-one')
    await expect(list.state('box-one')).toContainText('Running')
  })

  await test.step('removing asks first', async () => {
    await list.act('Remove', 'box-one')
    await list.cancel()
    await expect(list.state('box-one')).toContainText('Running')
    await list.act('Remove', 'box-one')
    await list.confirm('Remove')
    await expect(list.empty).toBeVisible()
    // What had the keyboard is gone, and the page has it.
    await expect(mainWindow.page.getByRole('main')).toBeFocused()
    expect(await testAgent.list()).toEqual([])
  })
})

test('the list follows what happens outside the window', async ({ testAgent, mainWindow }) => {
  const { list } = mainWindow.shell
  await expect(list.empty).toBeVisible()

  await testAgent.runSandbox('outside')
  await expect(list.state('outside')).toContainText('Running')

  await testAgent.joey('pause', 'outside')
  await expect(list.state('outside')).toContainText('Paused')

  await testAgent.joey('resume', 'outside')
  await testAgent.joey('stop', 'outside')
  await expect(list.state('outside')).toContainText('Stopped')

  await testAgent.joey('rm', 'outside')
  await expect(list.empty).toBeVisible()
})

test('a failure is shown at the field that caused it, and nothing is made', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('taken')
  const dialog = await mainWindow.shell.newSandbox()
  await dialog.fill({ image: 'busybox', name: 'taken', command: 'true' })

  await dialog.create()

  await expect(dialog.field('Name')).toHaveAttribute('aria-invalid', 'true')
  await expect(dialog.root).toContainText('taken')
  expect(await testAgent.list()).toHaveLength(1)
})

test('an image that cannot be fetched is a failure of the whole, and nothing is made', async ({
  testAgent,
  mainWindow,
}) => {
  const dialog = await mainWindow.shell.newSandbox()
  await dialog.fill({ image: '127.0.0.1:9/no-such-image', name: 'never', command: 'true' })

  await dialog.create()

  await expect(dialog.root).toContainText('The registry 127.0.0.1:9 cannot be reached')
  expect(await testAgent.list()).toEqual([])
})
