import type { Locator, Page } from '@playwright/test'

export class SandboxList {
  readonly table: Locator
  readonly empty: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('table', { name: 'Sandboxes' })
    this.empty = page.getByRole('heading', { name: 'No sandboxes yet' })
  }

  row(name: string): Locator {
    return this.table.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) })
  }

  state(name: string): Locator {
    return this.row(name).getByRole('cell').nth(2)
  }

  async act(verb: 'Start' | 'Stop' | 'Pause' | 'Resume' | 'Remove', name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: `${verb} ${name}`, exact: true })
      .click()
  }

  /** Chooses from the menu at the end of a row. */
  async choose(item: string, name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: `More actions for ${name}` })
      .click()
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  async confirm(button: string): Promise<void> {
    await this.page.getByRole('alertdialog').getByRole('button', { name: button, exact: true }).click()
  }

  async cancel(): Promise<void> {
    await this.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
  }
}
