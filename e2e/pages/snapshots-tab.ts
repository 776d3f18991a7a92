import type { Locator, Page } from '@playwright/test'

interface ForkWish {
  readonly count: number
  readonly prefix: string
}

/** The tree of snapshots of a sandbox, and what can be done in it. */
export class SnapshotsTab {
  readonly page: Page
  readonly tree: Locator
  readonly empty: Locator

  constructor(page: Page) {
    this.page = page
    this.tree = page.getByRole('tree', { name: /^Tree of snapshots of/ })
    this.empty = page.getByRole('heading', { name: 'No snapshots yet' })
  }

  /** A snapshot by its name. */
  snapshot(name: string): Locator {
    return this.tree.getByRole('treeitem', { name: new RegExp(`^${name}, (damaged )?(Disk|Live) snapshot`, 'i') })
  }

  /** What a sandbox is now. */
  head(name: string): Locator {
    return this.tree.getByRole('treeitem', { name: new RegExp(`^${name}(,| as it is now)`) })
  }

  panel(name: string): Locator {
    return this.page.getByRole('complementary', { name: `Details of ${name}` })
  }

  dialog(name: RegExp): Locator {
    return this.page.getByRole('dialog', { name })
  }

  async take(name: string, note = ''): Promise<void> {
    await this.page.getByRole('button', { name: /^Take (snapshot|the first snapshot)$/ }).click()
    const dialog = this.dialog(/^Take a snapshot of/)
    await dialog.getByLabel('Name').fill(name)
    if (note !== '') await dialog.getByLabel('Note').fill(note)
    await dialog.getByRole('button', { name: 'Take snapshot' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  /** Chooses from the menu of a snapshot, by keyboard. */
  async choose(item: string, name: string): Promise<void> {
    await this.snapshot(name).focus()
    await this.page.keyboard.press('Enter')
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  /** Goes back to a snapshot, as the plan offers it. */
  async restore(name: string): Promise<void> {
    await this.choose('Restore…', name)
    const dialog = this.dialog(/^Restore/)
    await dialog.getByRole('heading', { name: 'What is lost' }).waitFor()
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  async fillFork(name: string, { count, prefix }: ForkWish): Promise<Locator> {
    await this.choose('Fork…', name)
    const dialog = this.dialog(/^Fork/)
    await dialog.getByLabel('How many').fill(String(count))
    await dialog.getByRole('textbox', { name: /^Name/ }).fill(prefix)
    return dialog
  }
}
