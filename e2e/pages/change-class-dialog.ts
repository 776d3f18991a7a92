import type { Locator, Page } from '@playwright/test'
import type { ClassName } from './create-dialog.ts'

/** The plan of a change of class, and how it ended. */
export class ChangeClassDialog {
  readonly root: Locator

  constructor(page: Page, name: string) {
    this.root = page.getByRole('dialog', { name: `Change the class of ${name}` })
  }

  position(name: ClassName): Locator {
    return this.root.getByRole('radio', { name: new RegExp(`^${name}`) })
  }

  /** Waits for the plan of this class. */
  async planFor(name: ClassName): Promise<void> {
    await this.position(name).click()
    await this.root.getByRole('heading', { name: 'What happens' }).waitFor()
  }

  async change(name: ClassName): Promise<void> {
    await this.root.getByRole('button', { name: `Change to ${name}`, exact: true }).click()
  }

  get result(): Locator {
    return this.root.getByRole('status').filter({ has: this.root.page().getByRole('heading') })
  }

  async close(): Promise<void> {
    await this.root.getByRole('button', { name: 'Close' }).last().click()
  }
}
