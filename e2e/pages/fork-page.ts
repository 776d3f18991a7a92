import { expect, type Locator, type Page } from '@playwright/test'

/** The terminals of forks side by side. */
export class ForkPage {
  readonly page: Page
  readonly heading: Locator
  readonly verdict: Locator

  constructor(page: Page) {
    this.page = page
    this.heading = page.getByRole('heading', { name: 'Forks side by side' })
    this.verdict = page.getByRole('status').filter({ hasText: /same|differ|majority/ })
  }

  pane(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true })
  }

  switch(label: 'Type into all' | 'Mark differences'): Locator {
    return this.page.getByRole('switch', { name: label })
  }

  async type(name: string, line: string): Promise<void> {
    await this.pane(name).locator('.xterm-helper-textarea').focus()
    await this.page.keyboard.type(`${line}\n`)
  }

  /** Waits until a pane shows this line. */
  async expectLine(name: string, line: string): Promise<void> {
    const rows = this.pane(name).locator('.xterm-rows > div')
    await expect(async () => {
      const lines = (await rows.allInnerTexts()).map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      expect(lines).toContain(line)
    }).toPass()
  }
}
