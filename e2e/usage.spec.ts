import type { Locator } from '@playwright/test'
import { expectAccessible } from './fixtures/check-accessibility.ts'
import { expect, screenPath, test } from './fixtures/test.ts'

test('the charts of a busy sandbox show what it uses', async ({ testAgent, mainWindow }) => {
  await testAgent.joey(
    'run',
    '-d',
    '--name',
    'busy',
    '--cpus',
    '0.5',
    '-m',
    '64m',
    'busybox',
    '--',
    'sh',
    '-c',
    'while :; do :; done',
  )
  const page = await mainWindow.shell.openSandbox('busy')

  await page.openTab('Overview')

  // Half a core is the limit, and a loop uses all that it gets.
  await expect(page.panel).toContainText(/(4[0-9]|5[0-9])(\.\d)? ?%|0\.[45]\d?/)
  await expect(page.panel).toContainText(/64(\.0)? M/)
  await expect(page.panel.locator('canvas').first()).toBeVisible()
})

/** The charts have the width that there is: from a margin to a margin. */
async function expectFilled(panel: Locator): Promise<void> {
  const [left, right, all] = await panel.evaluate((element) => {
    const boxes = [...element.querySelectorAll('.chart-card')].map((card) => card.getBoundingClientRect())
    const { left: from, right: to, width } = element.getBoundingClientRect()
    return [Math.min(...boxes.map((box) => box.left)) - from, to - Math.max(...boxes.map((box) => box.right)), width]
  })
  expect(left).toBeLessThan(all * 0.1)
  expect(right).toBeLessThan(all * 0.1)
  expect(right).toBeGreaterThanOrEqual(0)
}

test('the past of a sandbox is a chart that can be looked into, a table, and a limit that can be moved', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  const load = 'dd if=/dev/zero of=/file bs=1M count=8; while :; do :; done'
  await testAgent.joey('run', '-d', '--name', 'busy', '--cpus', '0.05', '-m', '64m', 'busybox', '--', 'sh', '-c', load)
  await testAgent.runSandbox('calm')
  const page = await mainWindow.shell.openSandbox('busy')
  await page.openTab('Overview')
  const cpu = page.panel.getByRole('region', { name: 'CPU' })
  await expect(cpu.getByText(/held back by the limit/)).toBeVisible()
  for (const theme of ['dark', 'light'] as const) {
    await mainWindow.setTheme(theme)
    for (const width of [720, 900, 1200, 1600]) {
      await mainWindow.app.evaluate(
        ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setSize(size, 760),
        width,
      )
      await mainWindow.page.waitForFunction((size) => Math.abs(window.innerWidth - size) < 40, width)
      await mainWindow.page.screenshot({ path: screenPath(`usage-${theme}-${width}`) })
      await expectFilled(page.panel)
    }
    await expectAccessible(mainWindow.page, `usage-${theme}`)
  }
  // What is under the cursor has a time, in every chart.
  await cpu.locator('.u-over').hover()
  await expect(page.panel.getByRole('region', { name: 'Memory' }).locator('time')).toBeVisible()
  await page.panel.getByRole('radio', { name: '6 h' }).click()
  await expect(cpu.locator('canvas')).toBeVisible()
  await page.panel.getByRole('combobox', { name: 'Compare with' }).selectOption('calm')
  await expect(cpu.getByText(/^calm /)).toBeVisible()
  await mainWindow.page.screenshot({ path: screenPath('usage-compared') })
  await page.panel.getByRole('button', { name: 'Leave calm out' }).click()
  await page.panel.getByRole('radio', { name: 'Tables' }).click()
  await expect(cpu.getByRole('columnheader', { name: 'in the kernel' })).toBeVisible()
  await mainWindow.page.screenshot({ path: screenPath('usage-table') })
  await expectAccessible(mainWindow.page, 'usage as tables')
  await page.panel.getByRole('radio', { name: 'Charts' }).click()
  await page.panel.getByRole('radio', { name: '10 min' }).click()
  const limit = cpu.getByRole('slider', { name: 'Limit of CPU' })
  await limit.focus()
  await limit.press('ArrowUp')
  await limit.press('ArrowUp')
  await limit.press('Enter')
  const question = mainWindow.page.getByRole('alertdialog')
  await expect(question).toContainText('from 5.0 % to 15.0 %')
  await mainWindow.page.screenshot({ path: screenPath('usage-limit') })
  await question.getByRole('button', { name: 'Change the limit' }).click()
  await expect(limit).toHaveAttribute('aria-valuetext', '15.0 %')
})

test('the page of resources says who uses this machine and what is on its disk, and gives back what nothing uses', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.joey('run', '-d', '--name', 'busy', 'busybox', '--', 'sh', '-c', 'while :; do :; done')
  await testAgent.joey('volume', 'create', 'old-data')
  const { page } = mainWindow
  await page.getByRole('link', { name: 'Resources' }).click()
  const totals = page.getByRole('table', { name: 'Who uses it' })
  await expect(totals.getByRole('link', { name: 'busy' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'On the disk' }).getByText('Images')).toBeVisible()
  for (const theme of ['dark', 'light'] as const) {
    await mainWindow.setTheme(theme)
    for (const width of [720, 900, 1200, 1600]) {
      await mainWindow.app.evaluate(
        ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setSize(size, 900),
        width,
      )
      await page.waitForFunction((size) => Math.abs(window.innerWidth - size) < 40, width)
      await page.screenshot({ path: screenPath(`resources-${theme}-${width}`) })
      const overflows = await page.evaluate(() => {
        const main = document.querySelector('main')
        return main !== null && main.scrollWidth > main.clientWidth
      })
      expect(overflows).toBe(false)
    }
    await totals.scrollIntoViewIfNeeded()
    await page.screenshot({ path: screenPath(`resources-${theme}-tables`) })
    await expectAccessible(page, `resources-${theme}`)
  }
  await totals.getByRole('button', { name: 'Network traffic' }).click()
  await expect(totals.getByRole('columnheader', { name: 'Network traffic' })).toHaveAttribute('aria-sort', 'descending')
})

test('the list shows usage while a sandbox runs, and none when it has stopped', async ({ testAgent, mainWindow }) => {
  await testAgent.runSandbox('idle', '-m', '64m')
  const row = mainWindow.shell.list.row('idle')

  await expect(row).toContainText(/\d ?[KM]i?B/)
  await testAgent.joey('stop', 'idle')

  await expect(row).not.toContainText(/\d ?[KM]i?B/)
})
