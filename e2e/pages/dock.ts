import { expect, type Locator, type Page } from '@playwright/test'

/** Terminals and logs at the foot of the window. */
export class Dock {
  readonly root: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.root = page.getByRole('region', { name: 'Terminals and logs', exact: true })
  }

  get tabs(): Locator {
    return this.root.getByRole('tab')
  }

  tab(name: string | RegExp): Locator {
    return this.root.getByRole('tab', { name })
  }

  /** The tabs of a part, counted from 1. */
  part(number: number): Locator {
    return this.root.getByRole('tablist', { name: `Terminals, part ${number}` })
  }

  button(name: string): Locator {
    return this.root.getByRole('button', { name, exact: true })
  }

  panel(name: string): Locator {
    return this.root.getByRole('tabpanel', { name, exact: true })
  }

  /** What is typed goes into the terminal of this tab. */
  async expectIn(tab: string): Promise<void> {
    await expect(this.panel(tab).locator('.xterm-helper-textarea')).toBeFocused()
  }

  /** Chooses from the menu of a tab. */
  async choose(item: string | RegExp, tab: Locator): Promise<void> {
    await tab.click({ button: 'right' })
    await this.page.getByRole('menuitem', { name: item }).click()
  }
}
