import type { Locator, Page } from '@playwright/test'

/** What all sandboxes share: picture, table and who disturbs whom. */
export class IsolationPage {
  readonly page: Page
  readonly picture: Locator
  readonly table: Locator

  constructor(page: Page) {
    this.page = page
    this.picture = page.getByRole('group', { name: /^Graph of what is shared/ })
    this.table = page.getByRole('table', { name: 'What is shared' })
  }

  async show(view: 'Graph' | 'Table' | 'Interference'): Promise<void> {
    await this.page.getByRole('radio', { name: new RegExp(`^${view}`) }).click()
  }

  node(name: string, kind: string): Locator {
    return this.picture.getByRole('button', { name: `${name}, ${kind}`, exact: true })
  }

  /** The panel of the node that was chosen. */
  panel(name: string): Locator {
    return this.page.getByRole('complementary', { name: `Details of ${name}` })
  }

  async export(format: 'SVG' | 'PNG'): Promise<void> {
    await this.page.getByRole('button', { name: 'Export' }).click()
    await this.page.getByRole('menuitem', { name: `As ${format}…` }).click()
  }
}
