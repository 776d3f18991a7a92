import type { Locator, Page } from '@playwright/test'

/** Where a sandbox is changed. */
export class EditDialog {
  readonly root: Locator

  constructor(page: Page, name: string) {
    this.root = page.getByRole('dialog', { name: `Edit ${name}` })
  }

  field(name: string): Locator {
    return this.root.getByLabel(name, { exact: true })
  }

  async press(name: string): Promise<void> {
    await this.root.getByRole('button', { name, exact: true }).click()
  }

  /** What the plan says of a field. */
  planned(field: string): Locator {
    return this.root.getByRole('listitem').filter({ hasText: field })
  }
}
