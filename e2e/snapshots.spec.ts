import { expectAccessible } from './fixtures/check-accessibility.ts'
import { expect, screenPath, test, type Window } from './fixtures/test.ts'
import type { TestAgent } from './fixtures/test-agent.ts'
import { ComparePage } from './pages/compare-page.ts'
import { ForkPage } from './pages/fork-page.ts'
import { SnapshotsTab } from './pages/snapshots-tab.ts'

async function openSnapshots({ shell, page }: Window, name: string): Promise<SnapshotsTab> {
  await shell.go('Sandboxes')
  await (await shell.openSandbox(name)).openTab('Snapshots')
  return new SnapshotsTab(page)
}

/** In both themes. */
async function check(window: Window, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await window.setTheme(theme)
    await window.page.screenshot({ path: screenPath(`${name}-${theme}`) })
    await expectAccessible(window.page, `${name}-${theme}`)
  }
}

async function write(testAgent: TestAgent, sandbox: string, text: string): Promise<void> {
  await testAgent.joey('exec', sandbox, '--', 'sh', '-c', `echo ${text} > /kept`)
}

test('what was kept comes back, and what was there before the restore is kept too', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.runSandbox('web')
  await write(testAgent, 'web', 'old')
  const tab = await openSnapshots(mainWindow, 'web')
  await expect(tab.empty).toBeVisible()
  await check(mainWindow, 'snapshots-empty')

  await tab.take('good', 'Before anything was tried.')
  await expect(tab.snapshot('good')).toBeVisible()
  await write(testAgent, 'web', 'new')
  await tab.choose('Restore…', 'good')
  const plan = tab.dialog(/^Restore web to good$/)
  await expect(plan.getByRole('heading', { name: 'What is lost' })).toBeVisible()
  await check(mainWindow, 'snapshots-restore')
  await plan.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(plan).toBeHidden({ timeout: 60_000 })

  await expect(tab.tree.getByRole('treeitem', { name: /snapshot, / })).toHaveCount(2)
  await expect.poll(() => testAgent.joey('exec', 'web', '--', 'cat', '/kept')).toBe('old\n')

  await tab.snapshot('good').click()
  await expect(tab.panel('good')).toContainText('Before anything was tried.')
  await check(mainWindow, 'snapshots-tree')
})

test('the tree is walked by keyboard, and Delete removes after a question', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('keys')
  const tab = await openSnapshots(mainWindow, 'keys')
  await tab.take('first')
  await tab.take('second')
  await expect(tab.snapshot('second')).toBeVisible()
  const { keyboard } = mainWindow.page

  await tab.head('keys').focus()
  await keyboard.press('ArrowUp')
  await expect(tab.snapshot('second')).toBeFocused()
  await keyboard.press('ArrowUp')
  await expect(tab.snapshot('first')).toBeFocused()
  await keyboard.press('Delete')
  const question = mainWindow.page.getByRole('alertdialog', { name: 'Remove the snapshot first?' })
  await expect(question).toContainText('second')
  await question.getByRole('button', { name: 'Remove' }).click()
  await expect(tab.snapshot('first')).toBeHidden()
  await expect(tab.snapshot('second')).toBeVisible()
})

test('forks stand side by side, take what is typed together, and show where they differ', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.runSandbox('base')
  await write(testAgent, 'base', 'shared')
  const tab = await openSnapshots(mainWindow, 'base')
  await tab.take('start')
  const dialog = await tab.fillFork('start', { count: 3, prefix: 'try' })
  await expect(dialog.getByRole('list', { name: 'Names of the forks' })).toContainText('try-3')
  await check(mainWindow, 'snapshots-fork')
  await dialog.getByRole('button', { name: 'Make 3 forks' }).click()

  const forks = new ForkPage(mainWindow.page)
  await expect(forks.heading).toBeVisible({ timeout: 60_000 })
  for (const name of ['try-1', 'try-2', 'try-3']) await expect(forks.pane(name).locator('.xterm-rows')).toBeVisible()
  await forks.type('try-2', 'cat /kept; clear; cat /kept')
  for (const name of ['try-1', 'try-2', 'try-3']) await forks.expectLine(name, 'shared')
  await expect(forks.verdict).toHaveText('All show the same')

  await forks.switch('Type into all').click()
  await forks.type('try-3', 'echo alone')
  await forks.expectLine('try-3', 'alone')
  await expect(forks.verdict).toHaveText('1 differs')
  await expect(forks.pane('try-3')).toContainText(/lines? differs?/)
  await expect(forks.pane('try-1')).toContainText('As the others')
  await check(mainWindow, 'forks')

  const tree = await openSnapshots(mainWindow, 'base')
  for (const name of ['try-1', 'try-2', 'try-3']) await expect(tree.head(name)).toBeVisible()
})

test('two states are compared: files, text, packages and configuration', async ({ testAgent, mainWindow }) => {
  test.slow()
  await testAgent.runSandbox('diff')
  await write(testAgent, 'diff', 'before')
  const tab = await openSnapshots(mainWindow, 'diff')
  await tab.take('then')
  await write(testAgent, 'diff', 'after')
  await testAgent.joey('exec', 'diff', '--', 'sh', '-c', 'mkdir /more; echo x > /more/new; rm -r /var')

  await tab.choose('Compare with now', 'then')
  const compare = new ComparePage(mainWindow.page)
  await expect(compare.heading).toBeVisible()
  await expect(compare.file('/more/new')).toContainText('Added')
  await compare.file('/kept').click()
  const diff = compare.diff('/kept')
  await expect(diff).toContainText('before')
  await expect(diff.locator('[data-kind="added"]')).toContainText('after')
  await check(mainWindow, 'compare-files')

  await compare.page.getByLabel('Filter by path').fill('more/')
  await expect(compare.file('/kept')).toBeHidden()
  await compare.openTab('Packages')
  await expect(compare.page.getByText('The same packages are installed in both.')).toBeVisible()
  await compare.openTab('Configuration')
  await expect(compare.page.getByText('Configuration, limits and policy are the same.')).toBeVisible()
})

test('a schedule is set, shows its next time, and is turned off again', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('timed')
  const tab = await openSnapshots(mainWindow, 'timed')
  await mainWindow.page.getByRole('button', { name: 'Schedule' }).click()
  const dialog = tab.dialog(/^Snapshots of timed by themselves$/)
  await dialog.getByRole('switch', { name: 'Every so often' }).click()
  await dialog.getByLabel('Interval', { exact: true }).fill('30')
  await dialog.getByLabel('Unit of the interval').selectOption('minutes')
  await check(mainWindow, 'snapshots-schedule')
  await dialog.getByRole('button', { name: 'Save schedule' }).click()
  await expect(dialog).toBeHidden()
  const [id] = (await testAgent.joey('ls', '--json').then((text) => JSON.parse(text) as { id: string }[])).map(
    (each) => each.id,
  )
  expect(id).toBeTruthy()

  await tab.take('now')
  await mainWindow.page.getByRole('button', { name: /^Next / }).click()
  await expect(dialog.getByLabel('Interval', { exact: true })).toHaveValue('30')
  await dialog.getByRole('button', { name: 'Turn off' }).click()
  await expect(mainWindow.page.getByRole('button', { name: 'Schedule' })).toBeVisible()
})

test('a live snapshot is marked, and a restore continues from its moment', async ({ testAgent, mainWindow }) => {
  test.slow()
  const profiles = JSON.parse(await testAgent.joey('class', 'ls', '--json')) as { class: string; available: boolean }[]
  const offered = profiles.some(({ class: name, available }) => name === 'gvisor' && available)
  test.skip(!offered, 'This host does not offer gVisor.')
  // What only its memory holds, and a number that shows that it goes on.
  const own = 't=$(head -c 9 /dev/urandom | md5sum | cut -c1-8); i=0; '
  const count = `${own}while :; do i=$((i+1)); echo $t $i > /next; mv /next /count; sleep 0.1; done`
  await testAgent.joey('run', '-d', '--name', 'live', '--class', 'gvisor', 'busybox', '--', 'sh', '-c', count)
  const read = async (): Promise<{ memory: string; number: number }> => {
    const [memory = '', number] = (await testAgent.joey('exec', 'live', '--', 'cat', '/count')).split(' ')
    return { memory, number: Number(number) }
  }
  const tab = await openSnapshots(mainWindow, 'live')
  await tab.take('moment')
  await expect(tab.tree.getByRole('treeitem', { name: /^moment, Live snapshot/ })).toBeVisible()
  const { memory } = await read()
  expect(memory).toHaveLength(8)
  await testAgent.joey('exec', 'live', '--', 'touch', '/later')

  await tab.restore('moment')

  const after = await read()
  expect(after.memory).toBe(memory)
  // Looked for by its name: a listing stumbles over what the guest renames ten times a second.
  const isThere = '[ -e /later ] && echo there || echo gone'
  expect(await testAgent.joey('exec', 'live', '--', 'sh', '-c', isThere)).toBe('gone\n')
  await expect.poll(async () => (await read()).number).toBeGreaterThan(after.number)
})
