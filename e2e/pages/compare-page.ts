import type { Locator, Page } from '@playwright/test'

/** Two trees of files beside each other. */
export class ComparePage {
  readonly page: Page
  readonly heading: Locator
  readonly files: Locator

  constructor(page: Page) {
    this.page = page
    this.heading = page.getByRole('heading', { name: 'Compare', exact: true })
    this.files = page.getByRole('listbox', { name: 'Files that differ' })
  }

  file(path: string): Locator {
    return this.files.getByRole('option').filter({ hasText: path })
  }

  diff(path: string): Locator {
    return this.page.getByRole('region', { name: `Difference of ${path}` })
  }

  async openTab(name: 'Files' | 'Packages' | 'Configuration'): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }
}
