import type { Locator, Page } from '@playwright/test'

export type ClassName = 'Container' | 'gVisor' | 'Micro-VM'

export interface SandboxWish {
  readonly image: string
  readonly name: string
  readonly memory?: string
  readonly cpus?: string
  readonly processes?: string
  readonly command?: string
  readonly network?: string
  readonly class?: ClassName
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
      ['Shared network', wish.network],
    ]
    for (const [label, value] of fields) {
      if (value !== undefined) await this.field(label).fill(value)
    }
    if (wish.class !== undefined) await this.position(wish.class).click()
  }

  /** The choice of a class. */
  position(name: ClassName): Locator {
    return this.root.getByRole('radio', { name: new RegExp(`^${name}`) })
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
