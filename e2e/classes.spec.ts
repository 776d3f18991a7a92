import { expect, test } from './fixtures/test.ts'
import type { TestAgent } from './fixtures/test-agent.ts'
import { ChangeClassDialog } from './pages/change-class-dialog.ts'
import type { ClassName } from './pages/create-dialog.ts'

const classes: readonly (readonly [ClassName, string])[] = [
  ['gVisor', 'gvisor'],
  ['Micro-VM', 'microvm'],
]

/** A host without an engine has its class disabled in the dialog, which another test checks. */
async function needs(testAgent: TestAgent, isolationClass: string): Promise<void> {
  const profiles = JSON.parse(await testAgent.joey('class', 'ls', '--json')) as { class: string; available: boolean }[]
  const offered = profiles.some((profile) => profile.class === isolationClass && profile.available)
  test.skip(!offered, `This host does not offer ${isolationClass}.`)
}

for (const [name, isolationClass] of classes) {
  test(`the dialog makes a sandbox of class ${isolationClass}, and its badge says so`, async ({
    testAgent,
    mainWindow,
  }) => {
    await needs(testAgent, isolationClass)
    const { shell } = mainWindow
    const dialog = await shell.newSandbox()
    await expect(dialog.position(name)).toBeEnabled()
    await dialog.fill({ image: 'busybox', name: 'walled', command: 'sleep 100000', network: 'lan', class: name })
    await dialog.create()
    await expect(dialog.root).toBeHidden({ timeout: 60_000 })

    await expect(shell.list.row('walled')).toContainText(name)
    await expect(shell.list.state('walled')).toContainText('Running')
    const [made] = JSON.parse(await testAgent.joey('inspect', 'walled'))
    expect({ class: made.class, network: made.spec.networkName }).toEqual({ class: isolationClass, network: 'lan' })

    if (isolationClass !== 'microvm') return
    const sandbox = await shell.openSandbox('walled')
    await sandbox.choose('Show kernel messages')
    await expect(mainWindow.page.getByRole('tabpanel', { name: 'Kernel messages · walled' })).toContainText(
      /Kernel: .*\d+\.\d+/,
    )
  })
}

test('a class that is not offered is disabled in the dialog, with the reason', async ({ testAgent, mainWindow }) => {
  const profiles = JSON.parse(await testAgent.joey('class', 'ls', '--json')) as { class: string; available: boolean }[]
  const dialog = await mainWindow.shell.newSandbox()
  for (const [name, isolationClass] of classes) {
    const offered = profiles.find((profile) => profile.class === isolationClass)?.available === true
    await expect(dialog.position(name)).toBeEnabled({ enabled: offered })
  }
})

test('changing the class shows its plan, keeps the disk, and shows how it ended', async ({ testAgent, mainWindow }) => {
  await needs(testAgent, 'gvisor')
  const { list } = mainWindow.shell
  await testAgent.runSandbox('mover')
  await testAgent.joey('exec', 'mover', '--', 'sh', '-c', 'echo kept > /kept')
  await expect(list.state('mover')).toContainText('Running')

  await list.choose('Change class…', 'mover')
  const dialog = new ChangeClassDialog(mainWindow.page, 'mover')
  await expect(dialog.position('Container')).toBeDisabled()
  await dialog.planFor('gVisor')
  await dialog.change('gVisor')

  await expect(dialog.result).toContainText('mover is now gVisor', { timeout: 60_000 })
  await dialog.close()
  await expect(list.row('mover')).toContainText('gVisor')
  await expect(list.state('mover')).toContainText('Running')
  expect(await testAgent.joey('exec', 'mover', '--', 'cat', '/kept')).toBe('kept\n')
})

test('the class of the settings is the one that the next dialog starts with', async ({ testAgent, mainWindow }) => {
  const { shell, page } = mainWindow
  await shell.go('Host')
  await page.getByRole('radiogroup', { name: 'Class of new sandboxes' }).getByRole('radio', { name: 'gVisor' }).click()
  await expect
    .poll(async () => JSON.parse(await testAgent.joey('settings', '--json')) as unknown)
    .toMatchObject({ defaultClass: 'gvisor' })

  const dialog = await shell.newSandbox()
  await expect(dialog.position('gVisor')).toBeChecked()
})

test('the list can be narrowed to one class', async ({ testAgent, mainWindow }) => {
  const { list } = mainWindow.shell
  await testAgent.runSandbox('plain')
  await expect(list.row('plain')).toBeVisible()
  const filter = mainWindow.page.getByRole('combobox', { name: 'Isolation class' })

  await filter.selectOption('Micro-VM')
  await expect(list.row('plain')).toBeHidden()
  await filter.selectOption('Container')
  await expect(list.row('plain')).toBeVisible()
})
