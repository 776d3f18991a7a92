import type { Locator, Page } from '@playwright/test'

export interface SandboxWish {
  readonly image: string
  readonly name: string
  readonly memory?: string
  readonly cpus?: string
  readonly processes?: string
  readonly command?: string
}

export class CreateDialog {
  readonly root: Locator

  constructor(page: Page) {
    this.root = page.getByRole('dialog', { name: 'New sandbox' })
  }

  async fill(wish: SandboxWish): Promise<void> {
    const fields: readonly [string, string | undefined][] = [
      ['Image', wish.image],
      ['Name', wish.name],
      ['Memory', wish.memory],
      ['CPUs', wish.cpus],
      ['Processes', wish.processes],
      ['Command', wish.command],
    ]
    for (const [label, value] of fields) {
      if (value !== undefined) await this.field(label).fill(value)
    }
  }

  async create(): Promise<void> {
    await this.root.getByRole('button', { name: 'Create', exact: true }).click()
  }

  async cancel(): Promise<void> {
    await this.root.getByRole('button', { name: 'Cancel' }).click()
  }

  field(label: string): Locator {
    return this.root.getByLabel(label, { exact: true })
  }
}
