import { expect, type Locator, type Page } from '@playwright/test'

/** The terminal in front. What it shows is read from the rows that xterm draws. */
export class TerminalView {
  readonly screen: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.screen = page.locator('section:not([hidden]) > .terminal-screen .xterm-rows').first()
  }

  /** Wherever the focus is. */
  async typeUnfocused(line: string): Promise<void> {
    await this.page.keyboard.type(`${line}\n`)
  }

  /** By its name, whatever sandbox it is of. */
  tab(name: string): Locator {
    const escaped = name.replaceAll(/[().]/g, String.raw`\$&`)
    return this.page.getByRole('tab', { name: new RegExp(`^${escaped} · `) })
  }

  async type(line: string): Promise<void> {
    await this.focus()
    await this.page.keyboard.type(`${line}\n`)
  }

  async press(keys: string): Promise<void> {
    await this.focus()
    await this.page.keyboard.press(keys)
  }

  /** Waits until a line is exactly this: the echo of the command that prints it is not enough. */
  async expectLine(line: string | RegExp): Promise<void> {
    const fits = (text: string): boolean => (typeof line === 'string' ? text === line : line.test(text))
    await expect(async () => expect((await this.lines()).some(fits), `a line ${line}`).toBe(true)).toPass()
  }

  async lines(): Promise<readonly string[]> {
    const rows = await this.screen.locator('> div').allInnerTexts()
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
  }

  async rowCount(): Promise<number> {
    return this.screen.locator('> div').count()
  }

  private async focus(): Promise<void> {
    await this.page.locator('section:not([hidden]) > .terminal-screen .xterm-helper-textarea').first().focus()
  }
}
