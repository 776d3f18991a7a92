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

  async openTab(
    name: 'Terminal' | 'Logs' | 'Usage' | 'Isolation' | 'Files' | 'Snapshots' | 'Console' | 'Details',
  ): Promise<void> {
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

  /** The terminal that is shown; opens one where none is. */
  async terminal(): Promise<TerminalView> {
    await this.openTab('Terminal')
    const open = this.page.getByRole('button', { name: /^(New terminal|Open a shell)$/ }).first()
    const view = new TerminalView(this.page)
    await view.screen.or(open).first().waitFor()
    if (!(await view.screen.isVisible())) await open.click()
    await view.screen.waitFor()
    return view
  }
}
