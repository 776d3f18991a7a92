import type { Locator, Page } from '@playwright/test'
import { CreateDialog } from './create-dialog.ts'
import { IsolationPage } from './isolation-page.ts'
import { SandboxList } from './sandbox-list.ts'
import { SandboxPage } from './sandbox-page.ts'

/** What surrounds every screen: navigation, the state of the link, the way to a new sandbox. */
export class Shell {
  readonly page: Page
  readonly list: SandboxList
  readonly agentStatus: Locator

  constructor(page: Page) {
    this.page = page
    this.list = new SandboxList(page)
    this.agentStatus = page.getByRole('status').filter({ hasText: /agent/i }).first()
  }

  async go(screen: 'Sandboxes' | 'Isolation' | 'Images' | 'Volumes' | 'Host'): Promise<void> {
    await this.page.getByRole('link', { name: screen, exact: true }).click()
    await this.page.getByRole('heading', { name: screen, exact: true }).waitFor()
  }

  async newSandbox(): Promise<CreateDialog> {
    await this.page.getByRole('button', { name: 'New sandbox' }).first().click()
    const dialog = new CreateDialog(this.page)
    await dialog.root.waitFor()
    return dialog
  }

  async openIsolation(): Promise<IsolationPage> {
    await this.go('Isolation')
    return new IsolationPage(this.page)
  }

  /** Opens a sandbox's own page from the list. */
  async openSandbox(name: string): Promise<SandboxPage> {
    await this.list.row(name).getByRole('link', { name, exact: true }).click()
    const page = new SandboxPage(this.page, name)
    await page.heading.waitFor()
    return page
  }
}
