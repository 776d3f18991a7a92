import type { Locator, Page } from '@playwright/test'
import { TerminalView } from './terminal-view.ts'

/** A sandbox's own page. */
export class SandboxPage {
  readonly heading: Locator
  private readonly page: Page

  constructor(page: Page, name: string) {
    this.page = page
    this.heading = page.getByRole('heading', { name, exact: true })
  }

  async openTab(name: 'Overview' | 'Files' | 'Snapshots' | 'Isolation' | 'Settings'): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click()
  }

  get panel(): Locator {
    return this.page.getByRole('tabpanel').first()
  }

  /** What the header says of the latest self-test. */
  get testBadge(): Locator {
    return this.page.getByRole('banner').getByRole('link', { name: /^Self-test: checked/ })
  }

  get selfTest(): Locator {
    return this.page.getByRole('region', { name: 'Self-test', exact: true })
  }

  /** Shows the terminals of the sandbox in the dock; opens one where there is none. */
  async terminal(): Promise<TerminalView> {
    await this.page.getByRole('button', { name: /^Open terminal of / }).click()
    const view = new TerminalView(this.page)
    await view.screen.waitFor()
    return view
  }

  /** Chooses from the menu of the header. */
  async choose(item: string): Promise<void> {
    await this.page
      .getByRole('banner')
      .getByRole('button', { name: /^More actions for / })
      .click()
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }
}
