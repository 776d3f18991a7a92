import type { Page } from '@playwright/test'
import { expectFits, faultsOfLayout } from './fixtures/check-layout.ts'
import { expect, screenPath, test, type Window } from './fixtures/test.ts'

const tabs = ['overview', 'files', 'snapshots', 'isolation', 'settings'] as const
const pages = ['sandboxes', 'isolation', 'images', 'volumes', 'host'] as const

async function resize({ app, page }: Window, width: number): Promise<void> {
  await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setSize(size, 700), width)
  await page.waitForFunction((size) => Math.abs(window.innerWidth - size) < 40, width)
}

/** By the address, which is the same in every language. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash
  }, path)
  await expect(page.locator('h1').first()).toBeAttached()
  await expect(page.locator('main [role="tabpanel"], main').first()).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

async function look(window: Window, name: string, pictured: boolean): Promise<void> {
  if (pictured) await window.page.screenshot({ path: screenPath(name) })
  await expectFits(window.page, name)
}

/** Every page, every view of a sandbox and the dialog that makes one. */
async function lookAtAll(window: Window, { id, name, pictured }: { id: string; name: string; pictured: boolean }) {
  const { page } = window
  for (const each of pages) {
    await open(page, `/${each}`)
    await look(window, `${name}-${each}`, pictured)
  }
  for (const tab of tabs) {
    await open(page, `/sandboxes/${id}/${tab}`)
    await look(window, `${name}-sandbox-${tab}`, pictured && tab === 'settings')
  }
  await open(page, '/sandboxes')
  await page.getByRole('main').focus()
  await page.keyboard.press('n')
  await expect(page.getByRole('dialog')).toBeVisible()
  await look(window, `${name}-create`, pictured)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

test('in Chinese, and with texts two fifths longer, nothing is cut, outside or over something else', async ({
  testAgent,
  mainWindow,
}) => {
  test.slow()
  await testAgent.runSandbox('web', '-p', '0:80', '-m', '256m')
  await testAgent.joey('snapshot', 'create', 'web', '--name', 'before')
  await testAgent.joey('run', '--name', 'migrate', 'busybox', '--', 'sh', '-c', 'exit 3').catch(() => undefined)
  const [{ id }] = JSON.parse(await testAgent.joey('inspect', 'web')) as [{ id: string }]
  const { page } = mainWindow
  await page.emulateMedia({ reducedMotion: 'reduce' })

  await test.step('the measure finds what is cut, and what lies over something else', async () => {
    await page.evaluate(() => {
      const heading = document.querySelector<HTMLElement>('h1')
      if (!heading) return
      Object.assign(heading.style, { width: '8px', overflow: 'hidden', whiteSpace: 'nowrap', textOverflow: 'clip' })
      const over = document.querySelector('nav')?.appendChild(document.createElement('b'))
      if (!over) return
      over.textContent = 'over it'
      Object.assign(over.style, { position: 'absolute', left: '60px', top: '66px' })
    })
    const faults = await faultsOfLayout(page)
    expect(faults).toContainEqual(expect.stringMatching(/^cut by H1\..*: "Sandboxes"/))
    expect(faults).toContainEqual(expect.stringMatching(/"over it" in B\. overlap$/))
    await page.reload()
  })

  await test.step('the language is chosen in the window, and holds at once', async () => {
    await mainWindow.shell.go('Host')
    await page.getByRole('combobox', { name: 'Language (语言)' }).selectOption({ label: '简体中文' })
    await expect(page.getByRole('heading', { name: '本机', level: 1 })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  })
  for (const width of [1200, 720]) {
    await test.step(`Chinese at ${width}`, async () => {
      await resize(mainWindow, width)
      await lookAtAll(mainWindow, { id, name: `zh-${width}`, pictured: true })
    })
  }

  await test.step('the choice is kept', async () => {
    await page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem('joey.settings') ?? '{}') as object
      localStorage.setItem('joey.settings', JSON.stringify({ ...kept, language: 'en-XA' }))
    })
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('lang', 'en-XA')
  })
  await test.step('longer texts at 720', () => lookAtAll(mainWindow, { id, name: 'long-720', pictured: false }))
})
