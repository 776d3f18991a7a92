import { expect, type Locator } from '@playwright/test'
import { test, type Window } from './fixtures/test.ts'

const longName = `a-${'long-'.repeat(11)}name`
/** From the smallest that the window can have. */
const widths = [720, 900, 1200, 1600]

async function resize({ app, page }: Window, width: number): Promise<void> {
  await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setSize(size, 640), width)
  await page.waitForFunction((size) => Math.abs(window.innerWidth - size) < 40, width)
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox()
  if (!box) throw new Error('It is not shown.')
  return { left: box.x, right: box.x + box.width, top: box.y, bottom: box.y + box.height }
}

/** Within the window, and nothing else lies over its middle. */
async function expectPressable({ page }: Window, locator: Locator): Promise<void> {
  await expect(locator).toBeVisible()
  const { left, right } = await boxOf(locator)
  expect(left).toBeGreaterThanOrEqual(0)
  expect(right).toBeLessThanOrEqual(await page.evaluate(() => window.innerWidth))
  await locator.click({ trial: true })
}

test('at every width all that can be pressed is in the window, and a long name is cut and covers nothing', async ({
  testAgent,
  mainWindow,
}) => {
  await testAgent.runSandbox(longName, '-p', '0:80')
  const { shell, page } = mainWindow
  const row = page.getByRole('row').filter({ hasText: longName })
  for (const width of widths) {
    await resize(mainWindow, width)
    await test.step(`the list at ${width}`, async () => {
      await expectPressable(mainWindow, page.getByRole('button', { name: 'New sandbox' }))
      await expectPressable(mainWindow, page.getByRole('button', { name: 'Import bundle' }))
      await expectPressable(mainWindow, page.getByRole('link', { name: 'Isolation' }))
      for (const button of await row.getByRole('button').all())
        if (await button.isVisible()) await expectPressable(mainWindow, button)
      const name = await boxOf(row.getByRole('link', { name: longName }))
      const state = await boxOf(row.getByText('Running'))
      expect(name.right).toBeLessThanOrEqual(state.left)
      expect(name.right - name.left).toBeGreaterThan(100)
    })
    await test.step(`a sandbox at ${width}`, async () => {
      await shell.openSandbox(longName)
      const bar = page.getByRole('banner').or(page.locator('.topbar')).first()
      for (const button of await bar.getByRole('button').all()) await expectPressable(mainWindow, button)
      const heading = await boxOf(page.getByRole('heading', { level: 1 }))
      expect(heading.right - heading.left).toBeGreaterThan(30)
      const parts = await bar.locator('h1, .class-badge, .state, button').all()
      const boxes = (await Promise.all(parts.map(boxOf))).sort((one, other) => one.left - other.left)
      for (const [at, box] of boxes.slice(1).entries()) expect(box.left).toBeGreaterThanOrEqual(boxes[at]?.right ?? 0)
      await shell.go('Sandboxes')
    })
  }
})
