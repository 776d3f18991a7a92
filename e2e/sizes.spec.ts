import { expect, type Locator } from '@playwright/test'
import { screenPath, test, type Window } from './fixtures/test.ts'

const longName = `a-${'long-'.repeat(11)}name`
/** From the smallest that the window can have; the last two as somebody has them who needs everything twice as large. */
const views = [
  ...[720, 900, 1200, 1600].map((width) => ({ width, height: 600, zoom: 1 })),
  ...[1200, 1600].map((width) => ({ width, height: 900, zoom: 2 })),
]

async function resize({ app, page }: Window, { width, height, zoom }: (typeof views)[number]): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      const [window] = BrowserWindow.getAllWindows()
      window?.setSize(size.width, size.height)
      window?.webContents.setZoomFactor(size.zoom)
    },
    { width, height, zoom },
  )
  await page.waitForFunction((size) => Math.abs(window.innerWidth - size) < 40, width / zoom)
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox()
  if (!box) throw new Error('It is not shown.')
  return { left: box.x, right: box.x + box.width, top: box.y, bottom: box.y + box.height }
}

async function expectInWindow({ page }: Window, locator: Locator): Promise<void> {
  await expect(locator).toBeVisible()
  const { left, right } = await boxOf(locator)
  expect(left).toBeGreaterThanOrEqual(0)
  expect(right).toBeLessThanOrEqual(await page.evaluate(() => window.innerWidth))
}

/** Within the window, and nothing else lies over its middle. */
async function expectPressable(window: Window, locator: Locator): Promise<void> {
  await expectInWindow(window, locator)
  await locator.click({ trial: true })
}

test('at every width all that can be pressed is in the window, and a long name is cut and covers nothing', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.runSandbox(longName, '-p', '0:80')
  await testAgent.joey('exec', longName, '--', 'sh', '-c', 'echo kept > /kept.txt')
  await testAgent.joey('selftest', longName)
  const { shell, page } = mainWindow
  const row = page.getByRole('row').filter({ hasText: longName })
  for (const view of views) {
    await resize(mainWindow, view)
    const name = `${view.width}${view.zoom === 1 ? '' : ` at ${view.zoom} times`}`
    await test.step(`the list at ${name}`, async () => {
      await expectPressable(mainWindow, page.getByRole('button', { name: 'New sandbox' }))
      await expectPressable(mainWindow, page.getByRole('button', { name: 'Import bundle' }))
      await expectPressable(mainWindow, page.getByRole('link', { name: 'Isolation' }))
      await page.getByRole('checkbox', { name: 'Select all' }).click()
      for (const verb of ['Start', 'Stop', 'Remove'])
        await expectInWindow(mainWindow, page.getByRole('button', { name: `${verb} selected` }))
      await expectPressable(mainWindow, page.getByRole('button', { name: 'Clear selection' }))
      await page.getByRole('button', { name: 'Clear selection' }).click()
      for (const button of await row.getByRole('button').all())
        if (await button.isVisible()) await expectPressable(mainWindow, button)
      const link = await boxOf(row.getByRole('link', { name: longName }))
      const state = await boxOf(row.getByText('Running'))
      expect(link.right).toBeLessThanOrEqual(state.left)
      expect(link.right - link.left).toBeGreaterThan(100)
      await page.screenshot({ path: screenPath(`sizes-list-${name.replaceAll(' ', '-')}`) })
    })
    await test.step(`a sandbox at ${name}`, async () => {
      await shell.openSandbox(longName)
      const bar = page.getByRole('banner').or(page.locator('.topbar')).first()
      for (const button of await bar.getByRole('button').all())
        if (await button.isVisible()) await expectPressable(mainWindow, button)
      await expectPressable(mainWindow, bar.getByRole('link', { name: /^Self-test: checked/ }))
      const heading = await boxOf(page.getByRole('heading', { level: 1 }))
      expect(heading.right - heading.left).toBeGreaterThan(80)
      const parts = await bar.locator('h1, .class-badge, .state, .test-badge, button').all()
      const shown = await Promise.all(parts.map(async (part) => ((await part.isVisible()) ? [await boxOf(part)] : [])))
      const boxes = shown.flat().sort((one, other) => one.left - other.left)
      for (const [at, box] of boxes.slice(1).entries()) expect(box.left).toBeGreaterThanOrEqual(boxes[at]?.right ?? 0)
      await page.screenshot({ path: screenPath(`sizes-sandbox-${name.replaceAll(' ', '-')}`) })
    })
    await test.step(`its log in the dock at ${name}`, async () => {
      await page.getByRole('button', { name: /^More actions for / }).click()
      await page.getByRole('menuitem', { name: 'Show log' }).click()
      const dock = page.getByRole('region', { name: 'Terminals and logs', exact: true })
      for (const button of await dock.getByRole('button').all())
        if (await button.isVisible()) await expectPressable(mainWindow, button)
      await expectInWindow(mainWindow, dock.getByRole('tab'))
      await expectInWindow(mainWindow, dock.getByRole('switch', { name: 'Follow' }))
      await page.screenshot({ path: screenPath(`sizes-dock-${name.replaceAll(' ', '-')}`) })
      await dock.getByRole('button', { name: 'Hide terminals and logs' }).click()
    })
    await test.step(`a file at ${name}`, async () => {
      await page.getByRole('tab', { name: 'Files', exact: true }).click()
      await page.getByRole('option', { name: /kept\.txt/ }).dblclick()
      const preview = page.getByRole('region', { name: 'Content of kept.txt' })
      await expectPressable(mainWindow, preview.getByRole('button', { name: 'Edit' }))
      const { top, bottom } = await boxOf(preview.locator('.file-text'))
      expect(top).toBeLessThan(await page.evaluate(() => window.innerHeight - 60))
      expect(bottom).toBeLessThanOrEqual(await page.evaluate(() => window.innerHeight))
      await page.screenshot({ path: screenPath(`sizes-file-${name.replaceAll(' ', '-')}`) })
      await preview.getByRole('button', { name: 'Close the file' }).click()
      await shell.go('Sandboxes')
    })
  }
  await test.step('no column moves when values arrive or go', async () => {
    const columns = () =>
      page.getByRole('columnheader').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().left))
    await expect(row).toContainText(/\d [KM]iB/)
    const before = await columns()
    await testAgent.joey('stop', '-t', '0', longName)
    await expect(row).toContainText('Stopped')
    await expect(row).not.toContainText(/\d [KM]iB/)
    expect(await columns()).toEqual(before)
  })
})
